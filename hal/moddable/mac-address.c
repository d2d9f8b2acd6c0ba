#include "xsmc.h"
#include "xsHost.h"

#if ESP32
	#include "esp_mac.h"
#else
	#include "pico/unique_id.h"
#endif

void xs_mac_address(xsMachine *the)
{
#if ESP32
	uint8_t address[6];

	if (esp_read_mac(address, ESP_MAC_WIFI_STA) != ESP_OK)
		xsUnknownError("no MAC address");
	xsmcSetArrayBuffer(xsResult, address, sizeof(address));
#else
	pico_unique_board_id_t number;

	// A number of the flash chip that no registry gave out: locally administered, and of a single station.
	pico_get_unique_board_id(&number);
	number.id[0] = (number.id[0] | 2) & ~1;
	xsmcSetArrayBuffer(xsResult, number.id, sizeof(number.id));
#endif
}
