import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";

/**
 * The Trickle timer of RFC 6206, section 4.2: it fires often after a change and ever more rarely while nothing is new.
 * It keeps silent where enough others have said the same.
 */
export class Trickle {
  readonly #random: RandomBelow;
  readonly #timer: Timer;
  #minimum_ms = 0;
  #maximum_ms = 0;
  /** The constant k. */
  #redundancy = 0;
  /** The counter c: how often the same was heard in this interval. */
  #heard = 0;
  /** 0 while it does not run. */
  #interval_ms = 0;
  /** What is left of the interval after the firing; 0 once it has fired. */
  #rest_ms = 0;

  /** @param onFire runs at most once in each interval, in its second half */
  constructor(kernel: Kernel, random: RandomBelow, onFire: () => void) {
    this.#random = random;
    this.#timer = new Timer(kernel, () => {
      const rest_ms = this.#rest_ms;
      if (rest_ms === 0) {
        this.begin(Math.min(2 * this.#interval_ms, this.#maximum_ms));
      } else {
        this.#rest_ms = 0;
        this.#timer.startIn(rest_ms);
        if (this.#heard < this.#redundancy) onFire();
      }
    });
  }

  /**
   * Counts from the next interval on.
   * @param minimumExponent the shortest interval is 2^this ms
   * @param doublings that lead to the longest interval
   * @param redundancy the constant k; Infinity never keeps silent
   */
  configure(minimumExponent: number, doublings: number, redundancy: number): void {
    this.#minimum_ms = 2 ** minimumExponent;
    this.#maximum_ms = 2 ** (minimumExponent + doublings);
    this.#redundancy = redundancy;
  }

  /** Starts, or starts over at the shortest interval; without effect while that one is running. */
  reset(): void {
    if (this.#interval_ms !== this.#minimum_ms) this.begin(this.#minimum_ms);
  }

  /** Another node has said what this one would say. */
  hear(): void {
    this.#heard++;
  }

  stop(): void {
    this.#timer.stop();
    this.#interval_ms = 0;
  }

  private begin(interval_ms: number): void {
    this.#heard = 0;
    const half_ms = interval_ms / 2;
    const fire_ms = half_ms + this.#random.below(half_ms);
    this.#interval_ms = interval_ms;
    this.#rest_ms = interval_ms - fire_ms;
    this.#timer.startIn(fire_ms);
  }
}
