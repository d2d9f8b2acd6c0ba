import { feedWatchdog, startWatchdog } from "hal/moddable/restart";
import type { Watchdog } from "hal/watchdog";

/** The task watchdog of an ESP32, or one in a timer interrupt of a Pico. In debug builds of an ESP32 it never ends. */
export class PlatformWatchdog implements Watchdog {
  readonly timeout_ms = startWatchdog();

  feed(): void {
    feedWatchdog();
  }
}
