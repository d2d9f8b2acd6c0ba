import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";

/**
 * The Trickle timer of RFC 6206, section 4.2: it fires often after a change and ever more rarely while nothing is new.
 * Its redundancy constant is infinite, so it never keeps silent for others (RFC 6550, section 8.3.1, value 0).
 */
export class Trickle {
  readonly #minimum_ms: number;
  readonly #maximum_ms: number;
  readonly #random: RandomBelow;
  readonly #timer: Timer;
  #interval_ms = 0;
  /** What is left of the interval after the firing; 0 once it has fired. */
  #rest_ms = 0;

  /**
   * @param minimumExponent the shortest interval is 2^this ms
   * @param doublings that lead to the longest interval
   * @param onFire runs once in each interval, in its second half
   */
  constructor(
    kernel: Kernel,
    random: RandomBelow,
    minimumExponent: number,
    doublings: number,
    onFire: () => void,
  ) {
    this.#minimum_ms = 2 ** minimumExponent;
    this.#maximum_ms = 2 ** (minimumExponent + doublings);
    this.#random = random;
    this.#timer = new Timer(kernel, () => {
      const rest_ms = this.#rest_ms;
      if (rest_ms === 0) {
        this.#begin(Math.min(2 * this.#interval_ms, this.#maximum_ms));
      } else {
        this.#rest_ms = 0;
        this.#timer.startIn(rest_ms);
        onFire();
      }
    });
  }

  /** Starts, or starts over at the shortest interval; without effect while that one is running. */
  reset(): void {
    if (this.#interval_ms !== this.#minimum_ms) this.#begin(this.#minimum_ms);
  }

  #begin(interval_ms: number): void {
    const half_ms = interval_ms / 2;
    const fire_ms = half_ms + this.#random.below(half_ms);
    this.#interval_ms = interval_ms;
    this.#rest_ms = interval_ms - fire_ms;
    this.#timer.startIn(fire_ms);
  }
}
