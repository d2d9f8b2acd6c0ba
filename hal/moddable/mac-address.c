#include "xsmc.h"
#include "xsHost.h"

#include "esp_mac.h"

void xs_mac_address(xsMachine *the)
{
	uint8_t address[6];

	if (esp_read_mac(address, ESP_MAC_WIFI_STA) != ESP_OK)
		xsUnknownError("no MAC address");
	xsmcSetArrayBuffer(xsResult, address, sizeof(address));
}
