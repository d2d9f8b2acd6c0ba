#include "xsmc.h"
#include "xsHost.h"

#include "hardware/gpio.h"
#include "hardware/spi.h"

static spi_inst_t *spiOf(int port)
{
	return port == 0 ? spi0 : spi1;
}

void xs_pico_spi_open(xsMachine *the)
{
	spi_inst_t *spi = spiOf(xsmcToInteger(xsArg(0)));
	int select = xsmcToInteger(xsArg(4));
	int mode = xsmcToInteger(xsArg(6));

	gpio_init(select);
	gpio_put(select, 1);
	gpio_set_dir(select, GPIO_OUT);
	spi_init(spi, xsmcToInteger(xsArg(5)));
	spi_set_format(spi, 8, mode & 2 ? SPI_CPOL_1 : SPI_CPOL_0, mode & 1 ? SPI_CPHA_1 : SPI_CPHA_0, SPI_MSB_FIRST);
	for (int pin = 1; pin <= 3; pin++)
		gpio_set_function(xsmcToInteger(xsArg(pin)), GPIO_FUNC_SPI);
}

void xs_pico_spi_transfer(xsMachine *the)
{
	int select = xsmcToInteger(xsArg(1));
	void *buffer;
	xsUnsignedValue size;

	xsmcGetBufferWritable(xsArg(2), &buffer, &size);
	gpio_put(select, 0);
	spi_write_read_blocking(spiOf(xsmcToInteger(xsArg(0))), buffer, buffer, size);
	gpio_put(select, 1);
}
