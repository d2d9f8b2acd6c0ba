import { Balance, NO_REVERSE } from "hal/drivers/atm90e32/balance";
import type { Bus } from "hal/drivers/atm90e32/bus";
import { Register } from "hal/drivers/atm90e32/registers";
import { CHANNELS, QUANTITIES, Quantity } from "hal/metering-chip";

/** A 200 A service: the greatest power of a phase, and the counts (3.125 mWh) that it makes in a millisecond. */
const FULL_SCALE_W = 24_000;
const FULL_SCALE_COUNTS_PER_MS = FULL_SCALE_W / 3.6 / 3.125 / 1000;

const ALL_ONES = 0xffff;
/** A register above this is close to its 16 bits. */
const NEAR_FULL = 0xf000;
const COUNTS = QUANTITIES * CHANNELS;

/**
 * The energy registers: reads them, and believes what balances.
 *
 * A poll is {@link read} and {@link settle}; if that fails, {@link readAgain} and {@link settle} once more; then
 * {@link add} and {@link limit}, after which {@link counts} are good, and {@link clear} makes room for the next poll.
 */
export class EnergyRegisters {
  /** Counts that were read and not yet cleared, by `countIndex`. */
  readonly counts = new Int32Array(COUNTS);
  /** Upper bound of the counts that any one register of active, reactive or apparent energy has lost to faults. */
  readonly givenUp = new Float64Array(3);
  readonly #bus: Bus;
  readonly #phases: number;
  readonly #balances: readonly Balance[];
  /** Counts as read, and what they are if the doubtful of them are wrong. */
  readonly #read = new Int32Array(COUNTS);
  readonly #doubt = new Int32Array(COUNTS);
  /** Counts that flowed between the first and the second look. */
  readonly #fresh = new Int32Array(COUNTS);
  /**
   * By balance: counts that may have flowed between the reads of a total and its phases. Only a second look tells;
   * the window of a balance holds small ones, so that a first look fails after a great change of power only.
   */
  readonly #skews = new Int32Array(3);
  /** By `countIndex`: counts kept back from polls to come, for what may have been too much unnoticed. */
  readonly #owed = new Int32Array(COUNTS);
  #owing = false;
  /** The most counts that a phase can have made since the last poll. */
  #ceiling = 0;

  constructor(bus: Bus, phases: number) {
    this.#bus = bus;
    this.#phases = phases;
    this.#balances = [
      new Balance(Quantity.activeDelivered, Quantity.activeReceived, phases),
      new Balance(Quantity.reactivePositive, Quantity.reactiveNegative, phases),
      new Balance(Quantity.apparent, NO_REVERSE, phases),
    ];
  }

  /** The chip starts from 0. */
  reset(): void {
    for (let k = 0; k < this.#balances.length; k++) this.#balances[k].reset();
    this.clear();
  }

  /** The chip goes on from where nobody knows. */
  resume(): void {
    for (let k = 0; k < this.#balances.length; k++) this.#balances[k].learnAgain();
    this.clear();
  }

  clear(): void {
    this.counts.fill(0);
  }

  /**
   * Reads all registers; what is implausible counts as 0. Answers false when every one read all ones, as a dead line
   * does. A quantity's total and phases are not read one after the other: a frame cut off early leaves LastSPIData
   * with the register before, which then must not be what this one is checked against.
   */
  read(elapsed_ms: number): boolean {
    const bus = this.#bus;
    // A millisecond more, as the clock tells whole ones, and a count that was under way.
    this.#ceiling = ceilingOf(elapsed_ms + 1) + 1;
    this.#skews.fill(0);
    let alive = false;
    for (let channel = 0; channel <= this.#phases; channel++) {
      const limit = channel === 0 ? this.#ceiling * this.#phases : this.#ceiling;
      for (let index = channel; index < COUNTS; index += CHANNELS) {
        const value = bus.readClear(Register.APenergyT + index);
        const other = bus.doubt;
        if (value !== ALL_ONES) alive = true;
        const believed = value <= limit ? value : other <= limit ? other : 0;
        this.#read[index] = believed;
        this.#doubt[index] = other <= limit ? other : believed;
      }
    }
    return alive;
  }

  /** Whether a register may have passed its full scale since the last poll. */
  overflowing(): boolean {
    if (this.#ceiling * this.#phases > ALL_ONES) return true;
    for (let i = 0; i < COUNTS; i++) if (this.#read[i] >= NEAR_FULL) return true;
    return false;
  }

  /**
   * Reads all registers once more, right after they did not balance. One that has more than can have flowed meanwhile
   * was not read the first time: what was taken for its counts was something else.
   */
  readAgain(flowing_ms: number): void {
    const bus = this.#bus;
    const most = flowing_ms === 0 ? 0 : ceilingOf(flowing_ms + 1) + 1;
    for (let channel = 0; channel <= this.#phases; channel++) {
      const scale = channel === 0 ? this.#phases : 1;
      for (let index = channel; index < COUNTS; index += CHANNELS) {
        const value = bus.readClear(Register.APenergyT + index);
        const counts = value <= this.#ceiling * scale ? value : 0;
        const unread = counts > most * scale;
        if (unread) bus.astray++;
        this.#read[index] = unread ? counts : this.#read[index] + counts;
        this.#doubt[index] = unread ? counts : this.#doubt[index] + counts;
        this.#fresh[index] = unread ? 0 : counts;
      }
    }
    for (let k = 0; k < this.#balances.length; k++) this.#skews[k] = this.#balances[k].gross(this.#fresh);
  }

  /** Whether all balances, counts held from polls before included; picks from doubtful counts those that do. */
  settle(): boolean {
    let settled = true;
    for (let k = 0; k < this.#balances.length; k++) {
      const balance = this.#balances[k];
      const skew = this.#skews[k];
      const held = balance.net(this.counts);
      if (balance.fits(held + balance.net(this.#read), skew)) continue;
      // Several doubtful counts could balance by being wrong together.
      const sure = this.#bus.astray <= 1;
      if (sure && balance.fits(held + balance.net(this.#doubt), skew)) balance.copy(this.#doubt, this.#read);
      else settled = false;
    }
    return settled;
  }

  /** Adds what was read to {@link counts}. */
  add(): void {
    for (let i = 0; i < COUNTS; i++) this.counts[i] = this.counts[i] + this.#read[i];
  }

  /** Leaves in {@link counts} what is sure; false if that is not all. After more than one fault it is nothing. */
  limit(): boolean {
    const counts = this.counts;
    let all = true;
    for (let k = 0; k < this.#balances.length; k++) {
      const balance = this.#balances[k];
      const net = balance.net(counts);
      const skew = this.#skews[k];
      if (balance.fits(net, skew)) balance.accept(net, skew);
      else {
        const lost = this.#bus.astray > 1 ? balance.surrender(counts) : balance.limit(counts, skew);
        this.givenUp[k] += lost + balance.unnoticed;
        balance.owe(this.#owed);
        all = false;
      }
    }
    if (!all) this.#owing = true;
    if (this.#owing) this.payBack();
    return all;
  }

  private payBack(): void {
    const counts = this.counts;
    const owed = this.#owed;
    this.#owing = false;
    for (let i = 0; i < COUNTS; i++) {
      const paid = Math.min(counts[i], owed[i]);
      counts[i] -= paid;
      owed[i] -= paid;
      if (owed[i] > 0) this.#owing = true;
    }
  }
}

/** The most counts that a phase can make in `elapsed_ms`. */
function ceilingOf(elapsed_ms: number): number {
  return Math.ceil(elapsed_ms * FULL_SCALE_COUNTS_PER_MS);
}
