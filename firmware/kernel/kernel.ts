import type { Clock } from "hal/clock";

/** How many timers may be armed at once; a node has about ten. */
export const MAX_TIMERS = 32;

/** A callback that runs once at a set time. Made once per task, armed as often as wanted. */
export class Timer {
  /** When it runs, in {@link Clock.now_ms}; meaningless unless {@link armed}. */
  due_ms = 0;
  armed = false;

  constructor(
    private readonly kernel: Kernel,
    readonly run: () => void,
  ) {}

  /** Runs at `due_ms`; an earlier setting is replaced. */
  startAt(due_ms: number): void {
    this.kernel.arm(this, due_ms);
  }

  startIn(delay_ms: number): void {
    this.kernel.arm(this, this.kernel.now_ms() + delay_ms);
  }

  stop(): void {
    this.kernel.disarm(this);
  }
}

/**
 * The run-to-completion scheduler: every callback of a node runs from here or from a HAL callback, one after the
 * other. Timers that are due run in the order of their times, then in the order in which they were armed.
 */
export class Kernel {
  readonly #armed: Timer[] = [];
  #running = false;

  constructor(private readonly clock: Clock) {
    clock.onAlarm = () => this.runDue();
  }

  /** Timers armed at present, of {@link MAX_TIMERS}. */
  get armed(): number {
    return this.#armed.length;
  }

  now_ms(): number {
    return this.clock.now_ms();
  }

  /** @internal Timers call this. */
  arm(timer: Timer, due_ms: number): void {
    if (timer.armed) this.remove(timer);
    const armed = this.#armed;
    if (armed.length >= MAX_TIMERS) throw new RangeError("too many timers");
    timer.due_ms = due_ms;
    timer.armed = true;
    // Sorted with the next one last; few timers, so insertion beats a heap and keeps equal times in order.
    let at = armed.length;
    armed.push(timer);
    while (at > 0) {
      const before = armed[at - 1];
      if (before.due_ms > due_ms) break;
      armed[at] = before;
      at--;
    }
    armed[at] = timer;
    if (at === armed.length - 1 && !this.#running) this.clock.setAlarm(due_ms);
  }

  /** @internal Timers call this. */
  disarm(timer: Timer): void {
    if (timer.armed) this.remove(timer);
  }

  private remove(timer: Timer): void {
    const armed = this.#armed;
    let at = armed.indexOf(timer);
    for (; at < armed.length - 1; at++) armed[at] = armed[at + 1]!;
    armed.pop();
    timer.armed = false;
  }

  private runDue(): void {
    const armed = this.#armed;
    this.#running = true;
    while (armed.length > 0) {
      const next = armed[armed.length - 1];
      if (next.due_ms > this.clock.now_ms()) break;
      armed.pop();
      next.armed = false;
      next.run();
    }
    this.#running = false;
    if (armed.length > 0) this.clock.setAlarm(armed[armed.length - 1].due_ms);
  }
}
