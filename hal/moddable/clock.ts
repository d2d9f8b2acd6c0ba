import type { Clock } from "hal/clock";
import { PlatformTimer } from "hal/moddable/platform-timer";
import Time from "time";

/** Milliseconds of the platform's tick counter, carried on past its 32 bits. */
export class ModdableClock implements Clock {
  onAlarm: () => void = () => {};
  #ticks = Time.ticks;
  #now_ms = 0;
  readonly #timer = new PlatformTimer(() => this.onAlarm());

  /** To be called at least once in 24 days; every alarm does. */
  now_ms(): number {
    const ticks = Time.ticks;
    this.#now_ms += Time.delta(this.#ticks, ticks);
    this.#ticks = ticks;
    return this.#now_ms;
  }

  setAlarm(at_ms: number): void {
    this.#timer.start(Math.max(0, Math.ceil(at_ms) - this.now_ms()));
  }
}
