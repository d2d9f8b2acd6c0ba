import { CHANNELS } from "hal/metering-chip";

/** Of a quantity that has no reverse direction. */
export const NO_REVERSE = -1;

/**
 * Checks a quantity's total against its phases, for the life of the meter.
 *
 * The total is an accumulator of its own over the signed sum of the phases, so that the sum of all counts of the total
 * less those of the phases is the difference of the accumulators' remainders: each is below one count, so with
 * n phases it stays between -n and n, whatever flows, unless a read went wrong. What it was at the start is known to
 * be 0; once counts were lost only that it moves in a window of 2n is known, and the window is learned again.
 *
 * Total and phases are not read at the same moment: `skew` is how many counts may flow between the two.
 */
export class Balance {
  readonly #forward: number;
  readonly #reverse: number;
  readonly #phases: number;
  /** Counts that a register may be off without the balance showing it. */
  readonly unnoticed: number;
  #sum = 0;
  /** Where the sum has been, as far as skew lets it be known. */
  #low = 0;
  #high = 0;

  /** @param reverse the quantity counted when energy flows back, or {@link NO_REVERSE} */
  constructor(forward: number, reverse: number, phases: number) {
    this.#forward = forward * CHANNELS;
    this.#reverse = reverse < 0 ? NO_REVERSE : reverse * CHANNELS;
    this.#phases = phases;
    this.unnoticed = 2 * phases;
    this.reset();
  }

  /** The chip was reset: all remainders are 0. */
  reset(): void {
    this.#sum = 0;
    this.#low = -this.#phases;
    this.#high = this.#phases;
  }

  /** Total less phases of `counts`. */
  net(counts: Int32Array): number {
    const forward = this.#forward;
    const reverse = this.#reverse;
    let net = counts[forward];
    for (let phase = 1; phase <= this.#phases; phase++) net -= counts[forward + phase];
    if (reverse < 0) return net;
    net -= counts[reverse];
    for (let phase = 1; phase <= this.#phases; phase++) net += counts[reverse + phase];
    return net;
  }

  /** Counts of all phases in both directions. */
  gross(counts: Int32Array): number {
    let gross = 0;
    for (let phase = 1; phase <= this.#phases; phase++) {
      gross += counts[this.#forward + phase];
      if (this.#reverse >= 0) gross += counts[this.#reverse + phase];
    }
    return gross;
  }

  fits(net: number, skew: number): boolean {
    const sum = this.#sum + net;
    const window = this.unnoticed + skew;
    return sum <= this.#low + window && sum >= this.#high - window;
  }

  accept(net: number, skew: number): void {
    const sum = this.#sum + net;
    this.#sum = sum;
    if (sum + skew < this.#low) this.#low = sum + skew;
    if (sum - skew > this.#high) this.#high = sum - skew;
  }

  /**
   * Takes out of `counts`, which do not fit, all that could be too much: of the total what the phases do not support,
   * or of every phase what the total does not. Answers how many counts each may have lost.
   */
  limit(counts: Int32Array, skew: number): number {
    const sum = this.#sum + this.net(counts);
    const window = this.unnoticed + skew;
    const tooMuch = sum > this.#low + window;
    const by = tooMuch ? sum - (this.#high - window) : this.#low + window - sum;
    takeFrom(counts, tooMuch ? this.#forward : this.#reverse, 0, 0, by);
    takeFrom(counts, tooMuch ? this.#reverse : this.#forward, 1, this.#phases, by);
    this.learnAgain();
    return by;
  }

  /** Takes all out of `counts`, of which nothing is sure. Answers how many counts a register may have lost. */
  surrender(counts: Int32Array): number {
    let most = Math.abs(this.net(counts));
    for (let channel = 0; channel <= this.#phases; channel++) {
      most = Math.max(most, counts[this.#forward + channel]);
      if (this.#reverse >= 0) most = Math.max(most, counts[this.#reverse + channel]);
    }
    takeFrom(counts, this.#forward, 0, this.#phases, most);
    takeFrom(counts, this.#reverse, 0, this.#phases, most);
    this.learnAgain();
    return most;
  }

  /** Copies this quantity's counts. */
  copy(from: Int32Array, into: Int32Array): void {
    for (let channel = 0; channel <= this.#phases; channel++) {
      into[this.#forward + channel] = from[this.#forward + channel]!;
      if (this.#reverse >= 0) into[this.#reverse + channel] = from[this.#reverse + channel]!;
    }
  }

  /**
   * Adds to `owed` what each register may have been given too much since the balance was last learned: as much as the
   * window holds goes unnoticed.
   */
  owe(owed: Int32Array): void {
    for (let channel = 0; channel <= this.#phases; channel++) {
      owed[this.#forward + channel] += this.unnoticed;
      if (this.#reverse >= 0) owed[this.#reverse + channel] += this.unnoticed;
    }
  }

  /** Counts were lost, or are not known: the remainders may be anything. */
  learnAgain(): void {
    this.#sum = 0;
    this.#low = 0;
    this.#high = 0;
  }
}

function takeFrom(counts: Int32Array, base: number, first: number, last: number, by: number): void {
  if (base < 0) return;
  for (let channel = first; channel <= last; channel++) {
    counts[base + channel] = Math.max(0, counts[base + channel] - by);
  }
}
