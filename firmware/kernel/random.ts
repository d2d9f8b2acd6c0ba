import type { Entropy } from "hal/entropy";

/** Random integers, for delays that keep nodes from acting at once. */
export class RandomBelow {
  readonly #entropy: Entropy;
  readonly #bytes = new Uint8Array(2);

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  /** In [0, bound), in at most 65,536 steps. */
  below(bound: number): number {
    this.#entropy.fill(this.#bytes);
    return Math.floor((bound * (this.#bytes[0] * 256 + this.#bytes[1])) / 65536);
  }
}
