import type { OneShot } from "hal/one-shot";
import { PlatformTimer } from "hal/moddable/platform-timer";

/** One of the platform's timers. */
export class ModdableOneShot implements OneShot {
  onExpired: () => void = () => {};
  readonly #timer = new PlatformTimer(() => this.onExpired());

  start(delay_ms: number): void {
    this.#timer.start(delay_ms);
  }
}
