#include "xsmc.h"
#include "xsHost.h"

#if ESP32
	#include "esp_attr.h"
	#include "esp_system.h"
	#include "esp_task_wdt.h"
#else
	#include "hardware/watchdog.h"
	#include "pico/platform.h"
	#include "pico/time.h"
#endif

// ResetReason of hal/reset.ts.
enum {
	kPowerUp = 0,
	kUnexpected = 1,
	kException = 2,
	kOutOfMemory = 4,
	kStackOverflow = 5,
	kWatchdog = 6,
};

// What comes before a reason that was left for the next start.
#define MARK 0x57524500

#if ESP32
static RTC_NOINIT_ATTR uint32_t left;
#else
static uint32_t __uninitialized_ram(left);
#endif

// The engine calls it with the name of what ends it, and then restarts the part. Of all ends it tells but one, that the
// stack has overflowed.
void xs_restart_abort(xsMachine *the)
{
	const char *end = xsmcToString(xsArg(0));

	if (!c_strcmp(end, "memory full"))
		left = MARK | kOutOfMemory;
	else if (!c_strncmp(end, "unhandled", 9))
		left = MARK | kException;
	else
		left = MARK | kUnexpected;
}

void xs_restart_reason(xsMachine *the)
{
	int reason = (left & ~0xff) == MARK ? left & 0xff : kStackOverflow;

	left = 0;
#if ESP32
	switch (esp_reset_reason()) {
		case ESP_RST_SW:
			break;
		case ESP_RST_POWERON:
		case ESP_RST_BROWNOUT:
			reason = kPowerUp;
			break;
		case ESP_RST_INT_WDT:
		case ESP_RST_TASK_WDT:
		case ESP_RST_WDT:
			reason = kWatchdog;
			break;
		default:
			reason = kUnexpected;
			break;
	}
#else
	if (!watchdog_caused_reboot())
		reason = kPowerUp;
#endif
	xsmcSetInteger(xsResult, reason);
}

#if ESP32

#if CONFIG_ESP_TASK_WDT_EN
	#define TIMEOUT_MS (CONFIG_ESP_TASK_WDT_TIMEOUT_S * 1000)
static esp_task_wdt_user_handle_t metering;
#else
	// A debugger may hold the program for as long as it likes.
	#define TIMEOUT_MS 8000
#endif

void xs_restart_watchdog(xsMachine *the)
{
#if CONFIG_ESP_TASK_WDT_EN
	// A user beside the platform's own, which it feeds as long as its loop goes around.
	if (esp_task_wdt_add_user("metering", &metering) != ESP_OK)
		xsUnknownError("no watchdog");
#endif
	xsmcSetInteger(xsResult, TIMEOUT_MS);
}

void xs_restart_feed(xsMachine *the)
{
#if CONFIG_ESP_TASK_WDT_EN
	esp_task_wdt_reset_user(metering);
#endif
}

#else

#define TIMEOUT_MS 8000
#define LOOK_MS 100

static volatile uint32_t fed_ms;
static repeating_timer_t timer;

// In an interrupt. The part has one watchdog, and the platform feeds it as long as its loop goes around.
static bool look(repeating_timer_t *rt)
{
	if (to_ms_since_boot(get_absolute_time()) - fed_ms >= TIMEOUT_MS) {
		left = MARK | kWatchdog;
		watchdog_reboot(0, 0, 0);
	}
	return true;
}

void xs_restart_feed(xsMachine *the)
{
	fed_ms = to_ms_since_boot(get_absolute_time());
}

void xs_restart_watchdog(xsMachine *the)
{
	xs_restart_feed(the);
	if (!add_repeating_timer_ms(LOOK_MS, look, NULL, &timer))
		xsUnknownError("no watchdog");
	xsmcSetInteger(xsResult, TIMEOUT_MS);
}

#endif
