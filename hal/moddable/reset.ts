import { keepAbort, restartReason } from "hal/moddable/restart";
import type { Reset } from "hal/reset";

/** The resets of an ESP32 or a Pico, with what the engine says when it ends itself. */
export class PlatformReset implements Reset {
  readonly reason = restartReason();

  constructor() {
    Object.assign(globalThis, { abort: keepAbort });
  }
}
