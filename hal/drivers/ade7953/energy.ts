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
/** Polls in a row that may be refused: what is still so then is no reading gone wrong. */
const MAX_HELD = 3;
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
  /** The most counts between two reads of one accumulator. */
  readonly #step: number;
  readonly #read = new Int32Array(ACCUMULATORS);
  /** What the following two are: enough to go on from. */
  readonly kept = new Int32Array(ACCUMULATORS + QUANTITIES);
  /** As of the last poll that was believed. */
  readonly #last = this.kept.subarray(0, ACCUMULATORS);
  /** Sums of the phases that the totals do not have yet. */
  readonly #pending = this.kept.subarray(ACCUMULATORS);
  #held = 0;
  /** By channel (total, A, B): the sign of the active energy counted last, 0 before any. */
  readonly #direction = new Int8Array(1 + PHASES);

  constructor(bus: Bus, phases: number) {
    this.#bus = bus;
    this.#phases = phases;
    this.#step = (bus.read_ms * FULL_SCALE_COUNTS_PER_S) / 1000;
  }

  /** The chip starts from 0. */
  reset(): void {
    this.#last.fill(0);
    this.#held = 0;
    this.#pending.fill(0);
    this.#direction.fill(0);
  }

  /** Up to one that is given up. */
  read(): void {
    for (let quantity = 0; quantity < QUANTITIES; quantity++) {
      for (let phase = 0; phase < this.#phases; phase++) {
        const i = quantity * PHASES + phase;
        this.#read[i] = this.#bus.readMoving(Register.AENERGYA + i, this.#step);
        if (this.#bus.unsettled) return;
      }
    }
  }

  /** Whether one has come to read as dead lines do. It may well be so: reading again tells. */
  get doubtful(): boolean {
    for (let quantity = 0; quantity < QUANTITIES; quantity++) {
      for (let phase = 0; phase < this.#phases; phase++) {
        const read = this.#read[quantity * PHASES + phase];
        const dead = read === 0 || read === -1;
        if (dead && this.difference(quantity, phase) !== 0) return true;
      }
    }
    return false;
  }

  /**
   * Adds what was read to `counts`, by `countIndex`, if it is plausible. If not, nothing is taken and the next poll has
   * it. After {@link MAX_HELD} of these, or so late that differences have more than one meaning, they are given up.
   * @param elapsed_ms since the last poll that was believed
   * @returns a PollStatus: ok, held, or lost, with overflow if that is for being late
   */
  take(elapsed_ms: number, counts: Int32Array): number {
    const ceiling = ceilingOf(elapsed_ms);
    const plausible = this.plausible(ceiling);
    const late = ceiling >= WRAP / 2;
    if (!plausible && !late && this.#held < MAX_HELD) {
      this.#held++;
      return PollStatus.held;
    }
    if (plausible) this.countAll(counts);
    this.#held = 0;
    this.#last.set(this.#read);
    if (plausible) return PollStatus.ok;
    return late ? PollStatus.lost | PollStatus.overflow : PollStatus.lost;
  }

  private countAll(counts: Int32Array): void {
    let turned = false;
    for (let quantity = 0; quantity < QUANTITIES; quantity++) {
      for (let phase = 0; phase < this.#phases; phase++) {
        const difference = this.difference(quantity, phase);
        this.#pending[quantity] += difference;
        if (this.count(quantity, 1 + phase, difference, counts)) turned = true;
      }
      const total = this.#pending[quantity];
      if (Math.abs(total) < this.#phases) continue;
      this.#pending[quantity] = 0;
      if (this.count(quantity, 0, total, counts)) turned = true;
    }
    if (turned) this.turnedPolls++;
  }

  private plausible(ceiling: number): boolean {
    // Past half of the range a difference could be another one, of the other sign.
    const bound = Math.min(ceiling, WRAP - 1 - ceiling);
    for (let quantity = 0; quantity < QUANTITIES; quantity++) {
      for (let phase = 0; phase < this.#phases; phase++) {
        const difference = this.difference(quantity, phase);
        if (Math.abs(difference) > bound || (quantity === APPARENT && difference < 0)) return false;
      }
    }
    return true;
  }

  /** Modulo 2^24, signed. */
  private difference(quantity: number, phase: number): number {
    const i = quantity * PHASES + phase;
    return ((this.#read[i] - this.#last[i]) << SIGN_SHIFT) >> SIGN_SHIFT;
  }

  /** Answers whether active energy turned. */
  private count(quantity: number, channel: number, difference: number, counts: Int32Array): boolean {
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
