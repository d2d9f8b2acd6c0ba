import { after, block, cancel } from "./wait";

/** Moddable's module `timer`. A one-shot timer (repeat 0) is gone once it has run; to use it then throws. */
export default class Timer {
  #due: ReturnType<typeof after> | undefined;
  #gone = false;

  private constructor(
    private readonly callback: () => void,
    private repeat_ms: number,
  ) {}

  static set(callback: () => void, delay_ms = 0, repeat_ms = 0): Timer {
    const timer = new Timer(callback, repeat_ms);
    timer.#start(delay_ms);
    return timer;
  }

  /** Without a delay the timer stays, and does not run. */
  static schedule(timer: Timer, delay_ms?: number, repeat_ms?: number): void {
    if (timer.#gone) throw new Error("invalid");
    cancel(timer.#due);
    timer.repeat_ms = repeat_ms ?? 0;
    if (delay_ms !== undefined) timer.#start(delay_ms);
  }

  static delay(delay_ms: number): void {
    block(delay_ms);
  }

  #start(delay_ms: number): void {
    this.#due = after(delay_ms, () => this.#run());
  }

  #run(): void {
    const once = this.repeat_ms === 0;
    if (!once) this.#start(this.repeat_ms);
    this.callback();
    if (once) this.#gone = true;
  }
}
