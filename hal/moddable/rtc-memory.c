#include "xsmc.h"
#include "xsHost.h"

#define RTC_MEMORY_BYTES 1024

// Not cleared at a start, and powered through every reset but that of the supply; on a Pico a part of its RAM.
#if ESP32
	#include "esp_attr.h"
static RTC_NOINIT_ATTR uint8_t rtcMemory[RTC_MEMORY_BYTES];
#else
	#include "pico/platform.h"
static uint8_t __uninitialized_ram(rtcMemory)[RTC_MEMORY_BYTES];
#endif

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
