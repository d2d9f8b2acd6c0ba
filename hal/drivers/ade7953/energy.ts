import type { Bus } from "hal/drivers/ade7953/bus";
import { Register } from "hal/drivers/ade7953/registers";
import { FULL_SCALE_COUNTS_PER_S } from "hal/drivers/ade7953/units";
import { CHANNELS, PollStatus, Quantity } from "hal/metering-chip";

/** Current channels of the chip, which are the phases A and B. */
const PHASES = 2;
const QUANTITIES = 3;
const ACTIVE = 0;
const APPARENT = 2;
const ACCUMULATORS = QUANTITIES * PHASES;

/** Accumulators are 24 bits wide. */
const WRAP = 2 ** 24;
const SIGN_SHIFT = 8;
/** Between two reads of one accumulator, of which a script on a small processor takes up to 2 ms. */
const STEP = (2 * FULL_SCALE_COUNTS_PER_S) / 1000;
/** Active and reactive energy are below apparent energy, except for what calibration leaves: 1 / 16. */
const CALIBRATION_SLACK = 17 / 16;

/** Where each quantity goes when it is positive and when it is negative; apparent energy never is. */
const FORWARD = Object.freeze([Quantity.activeDelivered, Quantity.reactivePositive, Quantity.apparent]);
const REVERSE = Object.freeze([Quantity.activeReceived, Quantity.reactiveNegative, Quantity.apparent]);

/**
 * The energy accumulators: differences between polls, split by their sign.
 *
 * The chip counts net, and keeps what was read. So delivered less received is exact whatever happens to a single poll,
 * and each of the two except where power turned: what flowed both ways between two polls cancels out in both.
 * {@link turnedPolls} counts the polls that begin a new direction.
 *
 * A phase brings every count of its difference. The total is the signed sum of the phases' differences, which are whole
 * counts: one may step up before the other steps down. Such a step must not count as energy delivered and, a poll later,
 * received, so that the total follows only when it is off by as many counts as there are phases.
 */
export class EnergyAccumulators {
  /** Polls in which the active energy of a phase or of the total began to flow the other way. */
  turnedPolls = 0;
  readonly #bus: Bus;
  readonly #phases: number;
  readonly #read = new Int32Array(ACCUMULATORS);
  /** As of the last poll that was believed. */
  readonly #last = new Int32Array(ACCUMULATORS);
  /** Sums of the phases that the totals do not have yet. */
  readonly #pending = new Int32Array(QUANTITIES);
  /** By channel (total, A, B): the sign of the active energy counted last, 0 before any. */
  readonly #direction = new Int8Array(1 + PHASES);

  constructor(bus: Bus, phases: number) {
    this.#bus = bus;
    this.#phases = phases;
  }

  /** The chip starts from 0. */
  reset(): void {
    this.#last.fill(0);
    this.#pending.fill(0);
    this.#direction.fill(0);
  }

  /** Reads all accumulators. False when they read as dead lines do: all ones, or all zeros that were not so before. */
  read(): boolean {
    let dead = true;
    let changed = false;
    for (let quantity = 0; quantity < QUANTITIES; quantity++) {
      for (let phase = 0; phase < this.#phases; phase++) {
        const i = quantity * PHASES + phase;
        const value = this.#bus.readMoving(Register.AENERGYA + i, STEP);
        this.#read[i] = value;
        if (value !== this.#last[i]) changed = true;
        if (value !== this.#read[0] || (value !== 0 && value !== -1)) dead = false;
      }
    }
    return !dead || !changed;
  }

  /**
   * Adds what was read to `counts`, by `countIndex`, if it is plausible. If not, nothing is taken and the next poll has
   * it, until so much time has passed that differences have more than one meaning: then they are given up.
   * @param elapsed_ms since the last poll that was believed
   * @param reading_ms how long reading took
   * @returns a PollStatus: ok, held, or lost and overflow
   */
  take(elapsed_ms: number, reading_ms: number, counts: Int32Array): number {
    const ceiling = ceilingOf(elapsed_ms);
    if (!this.#plausible(ceiling, ceilingOf(reading_ms))) {
      if (ceiling < WRAP / 2) return PollStatus.held;
      this.#last.set(this.#read);
      return PollStatus.lost | PollStatus.overflow;
    }
    let turned = false;
    for (let quantity = 0; quantity < QUANTITIES; quantity++) {
      for (let phase = 0; phase < this.#phases; phase++) {
        const difference = this.#difference(quantity, phase);
        this.#pending[quantity] += difference;
        if (this.#count(quantity, 1 + phase, difference, counts)) turned = true;
      }
      const total = this.#pending[quantity];
      if (Math.abs(total) < this.#phases) continue;
      this.#pending[quantity] = 0;
      if (this.#count(quantity, 0, total, counts)) turned = true;
    }
    if (turned) this.turnedPolls++;
    this.#last.set(this.#read);
    return PollStatus.ok;
  }

  #plausible(ceiling: number, skew: number): boolean {
    // Past half of the range a difference could be another one, of the other sign.
    const bound = Math.min(ceiling, WRAP - 1 - ceiling);
    for (let phase = 0; phase < this.#phases; phase++) {
      const apparent = this.#difference(APPARENT, phase);
      if (apparent < 0 || apparent > bound) return false;
      const most = apparent * CALIBRATION_SLACK + skew;
      for (let quantity = 0; quantity < APPARENT; quantity++) {
        const difference = Math.abs(this.#difference(quantity, phase));
        if (difference > bound || difference > most) return false;
      }
    }
    return true;
  }

  /** Modulo 2^24, signed. */
  #difference(quantity: number, phase: number): number {
    const i = quantity * PHASES + phase;
    return ((this.#read[i] - this.#last[i]) << SIGN_SHIFT) >> SIGN_SHIFT;
  }

  /** Answers whether active energy turned. */
  #count(quantity: number, channel: number, difference: number, counts: Int32Array): boolean {
    if (difference === 0) return false;
    const into = difference > 0 ? FORWARD[quantity] : REVERSE[quantity];
    counts[into * CHANNELS + channel] = Math.abs(difference);
    if (quantity !== ACTIVE) return false;
    const before = this.#direction[channel];
    const now = Math.sign(difference);
    this.#direction[channel] = now;
    return before === -now;
  }
}

/** The most counts that a phase can make in `elapsed_ms` by the clock, which tells whole ones. */
function ceilingOf(elapsed_ms: number): number {
  return Math.ceil(((elapsed_ms + 1) * FULL_SCALE_COUNTS_PER_S) / 1000) + 1;
}
