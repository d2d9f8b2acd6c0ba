import type { Kernel } from "firmware/kernel/kernel";

/** Errors that may leave at once, and how long one more takes to be allowed. */
const BURST = 6;
const REFILL_ms = 1000;

/** A token bucket for ICMPv6 errors (RFC 4443, section 2.4, f). */
export class ErrorLimit {
  #tokens = BURST;
  #refilled_ms: number;

  constructor(private readonly kernel: Kernel) {
    this.#refilled_ms = kernel.now_ms();
  }

  /** Takes a token, or answers false. */
  take(): boolean {
    const earned = Math.floor((this.kernel.now_ms() - this.#refilled_ms) / REFILL_ms);
    this.#refilled_ms += earned * REFILL_ms;
    this.#tokens = Math.min(BURST, this.#tokens + earned);
    if (this.#tokens === 0) return false;
    this.#tokens--;
    return true;
  }
}
