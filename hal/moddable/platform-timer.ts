import Timer from "timer";

/** The repeat interval of a timer that never repeats by itself; with 0 it would be thrown away when it has run. */
const NO_REPEAT = 0x7fffffff;

/** A timer of the platform that is kept, and runs once whenever it is started. */
export class PlatformTimer {
  readonly #timer: Timer;

  constructor(run: () => void) {
    this.#timer = Timer.set(
      () => {
        Timer.schedule(this.#timer);
        run();
      },
      NO_REPEAT,
      NO_REPEAT,
    );
    Timer.schedule(this.#timer);
  }

  /** Runs in `delay_ms`; an earlier setting is replaced. */
  start(delay_ms: number): void {
    Timer.schedule(this.#timer, delay_ms, NO_REPEAT);
  }
}
