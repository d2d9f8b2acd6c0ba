/**
 * How many checked reads after a mismatch ask for {@link NOISY_EQUAL} equal answers instead of two.
 *
 * Two answers that are wrong alike pass when two are enough: with a share p of frames that have one of 16 bits
 * inverted, p^2 / 16 of reads, 2.7 in a week of 24 meters (43.5 million energy reads) at p = 0.001. They pass only in
 * quiet times, and quiet takes N reads of two frames without a mismatch, a probability of exp(-2 p N). With N = 10,000
 * the expectation 43.5e6 * p^2 / 16 * exp(-2 p N) is 6e-9 a week at p = 0.001, 0 at 0.01, and at its worst, at
 * p = 1 / N, 0.004. In noisy times a run of four equal wrong answers has p^4 / 16^3: 1e-8 a week at 0.001 and 1e-4 at
 * 0.01 (three in a row would be 0.2).
 */
const NOISY_READS = 10_000;
const NOISY_EQUAL = 4;

/** Of a fast bus, see {@link SteadyBus.maxFrames}. */
const MAX_FRAMES = 64;

/** Registers over a bus with noise: what answers agree on is believed. Nothing here waits, allocates or throws. */
export abstract class SteadyBus {
  /** Set when answers differed; whoever wants to know clears it. */
  noise = false;
  /** Set when a read was given up, whose answer means nothing; likewise. */
  unsettled = false;
  /** Reads left that count as noisy: until proven otherwise, all. */
  #noisyReads = NOISY_READS;

  /** One frame, unchecked. */
  abstract read(address: number): number;

  /** Frames after which a read that never settles is given up. */
  protected get maxFrames(): number {
    return MAX_FRAMES;
  }

  /** Whether two equal answers are enough. */
  protected get quiet(): boolean {
    return this.#noisyReads === 0;
  }

  /** Reads a register that reading does not change until enough answers in a row are equal. */
  readSteady(address: number): number {
    return this.readMoving(address, 0);
  }

  /**
   * The same for a register of 24 bits that counts one way meanwhile, by at most `step` from one read to the next: what
   * was read last could be off by that much and not show it, so that an answer is taken which two more have followed.
   */
  readMoving(address: number, step: number): number {
    const first = this.read(address);
    const second = this.read(address);
    if (first === second && this.#noisyReads === 0) return first;
    return this.settle(address, first, second, step);
  }

  /** Goes on reading after two answers that differed, or in noisy times. */
  protected settle(address: number, first: number, second: number, step: number): number {
    if (this.#noisyReads > 0) this.#noisyReads--;
    let before = first;
    let value = first;
    let next = second;
    let agreeing = 1;
    let direction = 0;
    for (let frames = 2; ; frames++) {
      const moved = step === 0 ? next - value : ((next - value) << 8) >> 8;
      if (moved === 0 || (Math.abs(moved) <= step && moved * direction >= 0)) {
        agreeing++;
        if (moved !== 0) direction = moved;
      } else {
        this.noise = true;
        this.#noisyReads = NOISY_READS;
        agreeing = 1;
        direction = 0;
      }
      if (agreeing >= NOISY_EQUAL) return before;
      if (frames >= this.maxFrames) {
        this.unsettled = true;
        return before;
      }
      before = value;
      value = next;
      next = this.read(address);
    }
  }
}
