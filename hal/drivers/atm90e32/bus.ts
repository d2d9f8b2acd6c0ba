import type { Spi } from "hal/spi";
import { Register } from "hal/drivers/atm90e32/registers";

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

/** Frames after which a read that never settles is given up. */
const MAX_FRAMES = 64;
const MAX_WRITES = 8;
const READ = 0x80;

/**
 * Registers over SPI: frames of 32 clocks, a command of 16 bits (bit 15: read) and 16 of data (DS46003, SPI interface). Nothing
 * here waits, allocates or throws.
 */
export class Bus {
  /** Set when answers differed; whoever wants to know clears it. */
  noise = false;
  /** Answers that no single inverted bit explains, such as frames that went astray; whoever counts them clears it. */
  astray = 0;
  /** After {@link readClear}: the value that the register had if what was answered is wrong. */
  doubt = 0;
  readonly #spi: Spi;
  readonly #frame = new Uint8Array(4);
  /** Reads left that count as noisy: until proven otherwise, all. */
  #noisyReads = NOISY_READS;

  constructor(spi: Spi) {
    this.#spi = spi;
  }

  /** One frame, unchecked. */
  read(address: number): number {
    const frame = this.#frame;
    frame[0] = READ | (address >> 8);
    frame[1] = address;
    frame[2] = 0;
    frame[3] = 0;
    this.#spi.transfer(frame);
    return (frame[2] << 8) | frame[3];
  }

  /** Writes and has LastSPIData confirm it (which does not prove the address). False when it never does. */
  write(address: number, value: number): boolean {
    for (let i = 0; i < MAX_WRITES; i++) {
      this.writeUnchecked(address, value);
      if (this.readSteady(Register.LastSPIData) === value) return true;
    }
    return false;
  }

  writeUnchecked(address: number, value: number): void {
    const frame = this.#frame;
    frame[0] = address >> 8;
    frame[1] = address;
    frame[2] = value >> 8;
    frame[3] = value;
    this.#spi.transfer(frame);
  }

  /** Reads a register that reading does not change until enough answers in a row are equal. */
  readSteady(address: number): number {
    const first = this.read(address);
    const second = this.read(address);
    if (first === second && this.#noisyReads === 0) return first;
    return this.#settle(address, first, second);
  }

  /**
   * Reads a register that reading clears: LastSPIData repeats what it gave, and repeats itself undisturbed.
   *
   * Where the two differ the repetition is right if the answer was hit, and the answer is right if the repetition's
   * command went astray; {@link doubt} then holds the other of the two, for a check on the whole to decide. A
   * repeated 0 replaces nothing but a single bit: it is also what a dead line and a read turned into a write give.
   */
  readClear(address: number): number {
    const first = this.read(address);
    const second = this.read(Register.LastSPIData);
    this.doubt = first;
    if (first === second && this.#noisyReads === 0) return first;
    const value = this.#settle(Register.LastSPIData, first, second);
    if (oneBitApart(first, value)) return value;
    this.astray++;
    if (value !== 0) return value;
    this.doubt = 0;
    return first;
  }

  #settle(address: number, first: number, second: number): number {
    if (this.#noisyReads > 0) this.#noisyReads--;
    let value = first;
    let next = second;
    let equal = 1;
    for (let frames = 2; ; frames++) {
      if (next === value) equal++;
      else {
        this.noise = true;
        this.#noisyReads = NOISY_READS;
        value = next;
        equal = 1;
      }
      if (equal >= NOISY_EQUAL || frames >= MAX_FRAMES) return value;
      next = this.read(address);
    }
  }
}

/** Whether noise explains the difference (or there is none). */
export function oneBitApart(a: number, b: number): boolean {
  const difference = a ^ b;
  return (difference & (difference - 1)) === 0;
}
