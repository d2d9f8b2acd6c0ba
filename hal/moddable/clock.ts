import type { Clock } from "hal/clock";
import Time from "time";
import Timer from "timer";

/** The repeat interval of a timer that never repeats by itself; with 0 it would be thrown away when it has run. */
const NO_REPEAT = 0x7fffffff;

/** Milliseconds of the platform's tick counter, carried on past its 32 bits. */
export class ModdableClock implements Clock {
  onAlarm: () => void = () => {};
  #ticks = Time.ticks;
  #now_ms = 0;
  readonly #timer: Timer;

  constructor() {
    this.#timer = Timer.set(() => this.#ring(), NO_REPEAT, NO_REPEAT);
    Timer.schedule(this.#timer);
  }

  /** To be called at least once in 24 days; every alarm does. */
  now_ms(): number {
    const ticks = Time.ticks;
    this.#now_ms += Time.delta(this.#ticks, ticks);
    this.#ticks = ticks;
    return this.#now_ms;
  }

  setAlarm(at_ms: number): void {
    Timer.schedule(this.#timer, Math.max(0, at_ms - this.now_ms()), NO_REPEAT);
  }

  #ring(): void {
    Timer.schedule(this.#timer);
    this.onAlarm();
  }
}
