import { Timer, type Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import type { GaspRelay } from "firmware/power/gasp-relay";
import type { Entropy } from "hal/entropy";

/** A shorter failure is a blink, of which the head end does not hear: a recloser tries twice, after 0.5 s and 15 s. */
export const GASP_DELAY_ms = 20_000;
/** A last gasp is sent so often at most. */
export const GASPS = 3;
/** Part of the typical hold-up that each node has at least. */
const LEAST_HOLD_UP = 0.7;

export interface LastGaspOptions {
  kernel: Kernel;
  entropy: Entropy;
  relay: GaspRelay;
  /** Number of this start of the software. */
  start: number;
  /** Typical. */
  holdUp_ms: number;
}

/**
 * Tells neighbours that the supply has failed, when it has for a while: what is left of the hold-up that each node has
 * is cut into two parts, what a typical one has beyond that is a third, and in each part it is sent once at random,
 * unless a neighbour has said that it passes it on.
 */
export class LastGasp {
  /** Transmissions since the supply failed; 0 while it is there. */
  sent = 0;
  readonly #relay: GaspRelay;
  readonly #start: number;
  readonly #entropy: Entropy;
  readonly #timer: Timer;
  readonly #kernel: Kernel;
  readonly #least_ms: number;
  readonly #holdUp_ms: number;
  #parts = 0;
  /** When it failed: UTC, and by the kernel. */
  #failedUtc_ms = 0;
  #failed_ms = 0;

  constructor({ kernel, entropy, relay, start, holdUp_ms }: LastGaspOptions) {
    this.#kernel = kernel;
    this.#relay = relay;
    this.#start = start;
    this.#entropy = entropy;
    this.#timer = new Timer(kernel, () => this.send());
    this.#holdUp_ms = holdUp_ms;
    this.#least_ms = LEAST_HOLD_UP * holdUp_ms;
  }

  /** The supply has failed. @param failed_ms UTC of that, 0 where it is not known */
  begin(failed_ms: number): void {
    this.#failed_ms = this.#kernel.now_ms();
    this.#failedUtc_ms = failed_ms;
    this.#relay.ownTaken = false;
    this.sent = 0;
    this.#parts = 0;
    this.schedule();
  }

  /** It is back. */
  end(): void {
    this.sent = 0;
    this.#timer.stop();
  }

  private schedule(): void {
    const half_ms = (this.#least_ms - GASP_DELAY_ms) / 2;
    const from_ms = GASP_DELAY_ms + half_ms * this.#parts;
    const length_ms = this.#parts < GASPS - 1 ? half_ms : this.#holdUp_ms - this.#least_ms;
    this.#parts++;
    const random_ms = new RandomBelow(this.#entropy).below(Math.max(0, length_ms));
    this.#timer.startAt(this.#failed_ms + Math.floor(from_ms + random_ms));
  }

  private send(): void {
    if (this.#relay.ownTaken) return;
    this.#relay.gasp(this.#start, this.#failedUtc_ms);
    this.sent++;
    if (this.#parts < GASPS) this.schedule();
  }
}
