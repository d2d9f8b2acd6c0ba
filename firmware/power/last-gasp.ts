import { Timer, type Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import type { GaspRelay } from "firmware/power/gasp-relay";
import type { Entropy } from "hal/entropy";

/** A shorter failure is a blink, of which the head end does not hear: a recloser tries twice, after 0.5 s and 15 s. */
export const GASP_DELAY_ms = 20_000;
/** Part of the typical hold-up that each node has at least. */
const LEAST_HOLD_UP = 0.7;
/** Part of what is left of that for the wave; all else is for the collector to take in what comes. */
const WAVE = 1 / 4;
/** Rank from which on nodes speak first: as good as 12 hops. */
const FARTHEST_RANK = 1_536;
/** Within which nodes speak that are as far from the collector as each other. */
export const SPREAD_ms = 3_000;

export interface LastGaspOptions {
  kernel: Kernel;
  entropy: Entropy;
  relay: GaspRelay;
  /** Of this node in the mesh: its rank, in 1/128 transmissions to the collector. */
  place: { readonly rank: number };
  /** Typical. */
  holdUp_ms: number;
}

/**
 * Tells that the supply has failed, when it has for a while. Where a whole area fails, those that are far from the
 * collector speak first, and those on their way have their gasps before they speak themselves: a wave.
 */
export class LastGasp {
  /** It is told of, or will be. */
  begun = false;
  readonly #relay: GaspRelay;
  readonly #place: LastGaspOptions["place"];
  readonly #entropy: Entropy;
  readonly #timer: Timer;
  readonly #wave_ms: number;
  /** As of a gasp. */
  #failed_s = 0;

  constructor({ kernel, entropy, relay, place, holdUp_ms }: LastGaspOptions) {
    this.#wave_ms = Math.max(0, LEAST_HOLD_UP * holdUp_ms - GASP_DELAY_ms) * WAVE;
    this.#relay = relay;
    this.#place = place;
    this.#entropy = entropy;
    this.#timer = new Timer(kernel, () => this.send());
  }

  /** The supply has failed. @param failed_ms UTC of that, 0 where it is not known */
  begin(failed_ms: number): void {
    this.#failed_s = Math.round(failed_ms / 1000);
    this.begun = false;
    this.#timer.startIn(GASP_DELAY_ms);
  }

  /** It is back. */
  end(): void {
    this.begun = false;
    this.#timer.stop();
  }

  private send(): void {
    const near = 1 - Math.min(this.#place.rank / FARTHEST_RANK, 1);
    const random_ms = new RandomBelow(this.#entropy).below(SPREAD_ms);
    this.begun = true;
    this.#relay.gasp(this.#failed_s, Math.floor(near * this.#wave_ms) + random_ms);
  }
}
