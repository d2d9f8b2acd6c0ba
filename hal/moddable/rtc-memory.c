#include "xsmc.h"
#include "xsHost.h"

#include "esp_attr.h"

#define RTC_MEMORY_BYTES 1024

// Not cleared at a start, and powered through every reset but that of the supply.
static RTC_NOINIT_ATTR uint8_t rtcMemory[RTC_MEMORY_BYTES];

void xs_rtc_memory_read(xsMachine *the)
{
	void *buffer;
	xsUnsignedValue size;

	xsmcGetBufferWritable(xsArg(1), &buffer, &size);
	c_memmove(buffer, rtcMemory + xsmcToInteger(xsArg(0)), xsmcToInteger(xsArg(2)));
}

void xs_rtc_memory_write(xsMachine *the)
{
	void *buffer;
	xsUnsignedValue size;

	xsmcGetBufferReadable(xsArg(1), &buffer, &size);
	c_memmove(rtcMemory + xsmcToInteger(xsArg(0)), buffer, xsmcToInteger(xsArg(2)));
}
