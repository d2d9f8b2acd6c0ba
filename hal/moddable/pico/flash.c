#include "xsmc.h"
#include "xsHost.h"

#include "hardware/flash.h"
#include "hardware/sync.h"

extern char __flash_binary_end;

void xs_pico_flash_read(xsMachine *the)
{
	void *buffer;
	xsUnsignedValue size;

	xsmcGetBufferWritable(xsArg(1), &buffer, &size);
	c_memcpy(buffer, (const uint8_t *)XIP_BASE + xsmcToInteger(xsArg(0)), xsmcToInteger(xsArg(2)));
}

void xs_pico_flash_program(xsMachine *the)
{
	uint32_t address = xsmcToInteger(xsArg(0));
	uint32_t length = xsmcToInteger(xsArg(2));
	// In RAM, as nothing can be read from flash meanwhile. What is 1 is left as it is.
	uint8_t page[FLASH_PAGE_SIZE];
	void *buffer;
	xsUnsignedValue size;
	uint32_t interrupts;

	xsmcGetBufferReadable(xsArg(1), &buffer, &size);
	c_memset(page, 0xff, sizeof(page));
	c_memcpy(page + address % FLASH_PAGE_SIZE, buffer, length);
	interrupts = save_and_disable_interrupts();
	flash_range_program(address - address % FLASH_PAGE_SIZE, page, sizeof(page));
	restore_interrupts(interrupts);
}

void xs_pico_flash_erase(xsMachine *the)
{
	uint32_t address = xsmcToInteger(xsArg(0));
	uint32_t interrupts;

	if (XIP_BASE + address < (uintptr_t)&__flash_binary_end)
		xsUnknownError("the program lies there");
	interrupts = save_and_disable_interrupts();
	flash_range_erase(address, FLASH_SECTOR_SIZE);
	restore_interrupts(interrupts);
}
