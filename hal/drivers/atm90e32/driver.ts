import type { Clock } from "hal/clock";
import { Balance, NO_REVERSE } from "hal/drivers/atm90e32/balance";
import { Bus } from "hal/drivers/atm90e32/bus";
import type { Calibration } from "hal/drivers/atm90e32/calibration";
import { configurationWords } from "hal/drivers/atm90e32/configuration";
import { readMeasurements } from "hal/drivers/atm90e32/measurements";
import {
  LOCK,
  PLCONST_HIGH,
  Register,
  RESET,
  TEMP_CONFIG_1,
  TEMP_CONFIG_2,
  UNLOCK,
} from "hal/drivers/atm90e32/registers";
import {
  CHANNELS,
  PollStatus,
  QUANTITIES,
  Quantity,
  type Measurements,
  type MeteringChip,
  type PollSample,
} from "hal/metering-chip";
import type { Spi } from "hal/spi";

export interface Atm90e32Options {
  /** Mode 3, at most 1.1 Mbit/s. */
  spi: Spi;
  /** Blocks; used by {@link Atm90e32.initialize} only. */
  delay_ms: (ms: number) => void;
  clock: Clock;
  phases: number;
  lineFrequency_Hz: 50 | 60;
  calibration?: Calibration;
  /**
   * 2 where currents pass the 65.535 A of the current registers and the chip is calibrated to show half of them:
   * currents, powers and what a count is worth are doubled.
   */
  currentScale?: number;
}

/** A 200 A service: the greatest power of a phase, and the counts (3.125 mWh) that it makes in a millisecond. */
const FULL_SCALE_W = 24_000;
const FULL_SCALE_COUNTS_PER_MS = FULL_SCALE_W / 3.6 / 3.125 / 1000;

/** A register of energy above this is close to its 16 bits. */
const NEAR_FULL = 0xf000;
const ALL_ONES = 0xffff;

/** How many polls in a row may be held back in the hope that a later one completes them. */
const MAX_HELD = 3;
const PRESENCE_TRIES = 4;
const INITIALIZE_TRIES = 8;
const CHECK_TRIES = 3;
const RESET_TIME_MS = 10;
const CONFIGURATION_CHECK_MS = 60_000;
const COUNTS = QUANTITIES * CHANNELS;
const NOT_CONFIGURED = -1;

/**
 * The ATM90E32AS (Microchip DS46003), polled at least every 10 s.
 *
 * Bus noise is met by {@link Bus}. A read that goes to a wrong register, or that is cut off after it has cleared one,
 * shows in the balance of the totals against the phases ({@link Balance}). Then every register is read once more: one
 * that was not read the first time still has its counts. What does not balance even so is held and tried again
 * together with the next polls; after those only what is sure counts, and {@link givenUp} says how much may be missing.
 *
 * Not seen by it: with three phases, a read of A that goes to C while A has nothing to count, or the reverse.
 */
export class Atm90e32 implements MeteringChip {
  readonly countNumerator: number;
  readonly countDenominator = 8;
  readonly phases: number;
  /** Upper bound of the counts that any one register of active, reactive or apparent energy has lost to faults. */
  readonly givenUp = new Float64Array(3);

  readonly #bus: Bus;
  readonly #delay_ms: (ms: number) => void;
  readonly #clock: Clock;
  readonly #configuration: Uint16Array;
  readonly #currentScale: number;
  readonly #balances: readonly Balance[];
  /** Counts as read, and what they are if the doubtful of them are wrong. */
  readonly #read = new Int32Array(COUNTS);
  readonly #doubt = new Int32Array(COUNTS);
  /** Counts of polls that are held. */
  readonly #pending = new Int32Array(COUNTS);
  #held = 0;
  #digest = NOT_CONFIGURED;
  #lastPoll_ms = 0;
  #lastCheck_ms = 0;

  constructor(options: Atm90e32Options) {
    const phases = options.phases;
    this.phases = phases;
    this.#bus = new Bus(options.spi);
    this.#delay_ms = options.delay_ms;
    this.#clock = options.clock;
    this.#configuration = configurationWords(phases, options.lineFrequency_Hz, options.calibration);
    this.#currentScale = options.currentScale ?? 1;
    this.countNumerator = 25 * this.#currentScale;
    this.#balances = [
      new Balance(Quantity.activeDelivered, Quantity.activeReceived, phases),
      new Balance(Quantity.reactivePositive, Quantity.reactiveNegative, phases),
      new Balance(Quantity.apparent, NO_REVERSE, phases),
    ];
  }

  initialize(): number {
    // A command hit on the bus can write a register that no table lists. Two configurations in a row, each from a
    // reset, do not go wrong alike.
    let before = NOT_CONFIGURED;
    for (let i = 0; i < INITIALIZE_TRIES; i++) {
      const digest = this.#reset() ? this.#configure() : NOT_CONFIGURED;
      if (digest !== NOT_CONFIGURED && digest === before) {
        this.#digest = digest;
        for (let k = 0; k < this.#balances.length; k++) this.#balances[k]!.reset();
        this.#pending.fill(0);
        this.#held = 0;
        this.#lastPoll_ms = this.#clock.now_ms();
        this.#lastCheck_ms = this.#lastPoll_ms;
        return PollStatus.ok;
      }
      before = digest;
    }
    this.#digest = NOT_CONFIGURED;
    return PollStatus.noAnswer;
  }

  poll(sample: PollSample): number {
    this.#bus.noise = false;
    const presence = this.#presence();
    if (presence !== PollStatus.ok) {
      sample.counts.fill(0);
      sample.voltage_mV.fill(0);
      return presence === PollStatus.restarted ? this.#restart(sample) : presence;
    }
    let status = this.#pollEnergy(sample.counts);
    for (let phase = 0; phase < 3; phase++) {
      sample.voltage_mV[phase] = phase < this.phases ? this.#bus.readSteady(Register.UrmsA + phase) * 10 : 0;
    }
    if (this.#clock.now_ms() - this.#lastCheck_ms >= CONFIGURATION_CHECK_MS)
      status |= this.#checkConfiguration();
    if (this.#bus.noise) status |= PollStatus.noise;
    return status;
  }

  measure(into: Measurements): number {
    if (this.#presence() !== PollStatus.ok) return PollStatus.noAnswer;
    readMeasurements(this.#bus, this.phases, this.#currentScale, into);
    return PollStatus.ok;
  }

  /** Whether the chip is there, and still configured: a reset clears MeterEn. Touches no energy register. */
  #presence(): number {
    const bus = this.#bus;
    for (let i = 0; i < PRESENCE_TRIES; i++) {
      if (bus.read(Register.MeterEn) !== 1) continue;
      return this.#digest === NOT_CONFIGURED ? PollStatus.restarted : PollStatus.ok;
    }
    const reset =
      bus.readSteady(Register.MeterEn) === 0 && bus.readSteady(Register.PLconstH) === PLCONST_HIGH;
    return reset ? PollStatus.restarted : PollStatus.noAnswer;
  }

  /** The chip lost its counts, so what is held cannot be completed any more. */
  #restart(sample: PollSample): number {
    let status = PollStatus.restarted;
    if (this.#held > 0) {
      this.#limit(0);
      sample.counts.set(this.#pending);
      status |= PollStatus.lost;
    }
    return status | this.initialize();
  }

  #pollEnergy(counts: Int32Array): number {
    const started_ms = this.#clock.now_ms();
    // A millisecond more, as the clock tells whole ones, and a count that was under way.
    const ceiling = ceilingOf(started_ms - this.#lastPoll_ms + 1) + 1;
    const greatest = this.#readAll(ceiling);
    if (greatest < 0) {
      counts.fill(0);
      return PollStatus.noAnswer;
    }
    const late = greatest >= NEAR_FULL || ceiling * this.phases > ALL_ONES;
    let skew_ms = this.#clock.now_ms() - started_ms;
    let settled = this.#settle(skew_ms);
    if (!settled) {
      this.#readAgain(ceiling, started_ms);
      skew_ms = this.#clock.now_ms() - started_ms;
      settled = this.#settle(skew_ms);
    }
    this.#lastPoll_ms = started_ms;

    let status = late ? PollStatus.overflow : PollStatus.ok;
    const pending = this.#pending;
    for (let i = 0; i < COUNTS; i++) pending[i] = pending[i]! + this.#read[i]!;
    if (!settled) {
      if (this.#held < MAX_HELD) {
        this.#held++;
        counts.fill(0);
        return status | PollStatus.held;
      }
      this.#limit(skew_ms);
      status |= PollStatus.lost;
    } else this.#accept(skew_ms);
    for (let i = 0; i < COUNTS; i++) counts[i] = pending[i]!;
    pending.fill(0);
    this.#held = 0;
    return status;
  }

  /**
   * Reads all counts; what is implausible counts as 0. Answers the greatest value, or -1 when every register read all
   * ones, as a dead line does.
   */
  #readAll(ceiling: number): number {
    const bus = this.#bus;
    let greatest = 0;
    let alive = false;
    for (let quantity = 0; quantity < COUNTS; quantity += CHANNELS) {
      for (let channel = 0; channel <= this.phases; channel++) {
        const index = quantity + channel;
        const limit = channel === 0 ? ceiling * this.phases : ceiling;
        const value = bus.readClear(Register.APenergyT + index);
        const other = bus.doubt;
        if (value !== ALL_ONES) alive = true;
        const believed = value <= limit ? value : other <= limit ? other : 0;
        this.#read[index] = believed;
        this.#doubt[index] = other <= limit ? other : believed;
        if (believed > greatest) greatest = believed;
      }
    }
    return alive ? greatest : -1;
  }

  /**
   * Reads all counts once more, right after they did not balance. A register that has more than can have flowed
   * meanwhile was not read the first time: what was taken for its counts was something else.
   */
  #readAgain(ceiling: number, since_ms: number): void {
    const bus = this.#bus;
    const flowing_ms = this.#clock.now_ms() - since_ms;
    const fresh = flowing_ms === 0 ? 0 : ceilingOf(flowing_ms + 1) + 1;
    for (let quantity = 0; quantity < COUNTS; quantity += CHANNELS) {
      for (let channel = 0; channel <= this.phases; channel++) {
        const index = quantity + channel;
        const scale = channel === 0 ? this.phases : 1;
        const value = bus.readClear(Register.APenergyT + index);
        const counts = value <= ceiling * scale ? value : 0;
        const unread = counts > fresh * scale;
        this.#read[index] = unread ? counts : this.#read[index]! + counts;
        this.#doubt[index] = unread ? counts : this.#doubt[index]! + counts;
      }
    }
  }

  /** Whether counts read and pending balance; picks from doubtful counts those that do. */
  #settle(skew_ms: number): boolean {
    let settled = true;
    for (let k = 0; k < this.#balances.length; k++) {
      const balance = this.#balances[k]!;
      const pending = balance.net(this.#pending);
      if (balance.fits(pending + balance.net(this.#read), this.#skew(balance, this.#read, skew_ms))) continue;
      if (balance.fits(pending + balance.net(this.#doubt), this.#skew(balance, this.#doubt, skew_ms))) {
        balance.copy(this.#doubt, this.#read);
      } else settled = false;
    }
    return settled;
  }

  #accept(skew_ms: number): void {
    for (let k = 0; k < this.#balances.length; k++) {
      const balance = this.#balances[k]!;
      balance.accept(balance.net(this.#pending), this.#skew(balance, this.#read, skew_ms));
    }
  }

  /** Leaves in the pending counts what is sure. */
  #limit(skew_ms: number): void {
    for (let k = 0; k < this.#balances.length; k++) {
      const balance = this.#balances[k]!;
      const net = balance.net(this.#pending);
      const skew = this.#skew(balance, this.#read, skew_ms);
      if (balance.fits(net, skew)) balance.accept(net, skew);
      else this.givenUp[k] = this.givenUp[k]! + balance.limit(this.#pending, skew);
    }
  }

  /** Counts that flowed while the registers of one poll were read. */
  #skew(balance: Balance, counts: Int32Array, skew_ms: number): number {
    if (skew_ms === 0) return 0;
    const elapsed_ms = Math.max(skew_ms, this.#clock.now_ms() - this.#lastPoll_ms);
    return Math.ceil((balance.gross(counts) * skew_ms) / elapsed_ms);
  }

  #checkConfiguration(): number {
    this.#lastCheck_ms = this.#clock.now_ms();
    const bus = this.#bus;
    for (let i = 0; i < CHECK_TRIES; i++) {
      if (
        bus.readSteady(Register.CRCErrStatus) === 0 &&
        bus.readSteady(Register.CRCDigest) === this.#digest
      ) {
        return PollStatus.ok;
      }
    }
    // Without a reset the counts in the chip stay. A register that the table does not list needs one.
    if (this.#configure() === this.#digest) return PollStatus.configuration;
    return PollStatus.configuration | PollStatus.restarted | this.initialize();
  }

  #reset(): boolean {
    const bus = this.#bus;
    bus.writeUnchecked(Register.SoftReset, RESET);
    this.#delay_ms(RESET_TIME_MS);
    return bus.readSteady(Register.MeterEn) === 0;
  }

  /** Writes and reads back the configuration; answers its digest, or {@link NOT_CONFIGURED}. */
  #configure(): number {
    const bus = this.#bus;
    const table = this.#configuration;
    if (!bus.write(Register.CfgRegAccEn, UNLOCK)) return NOT_CONFIGURED;
    for (let i = 0; i < table.length; i += 2) {
      if (!bus.write(table[i]!, table[i + 1]!)) return NOT_CONFIGURED;
    }
    for (let i = 0; i < table.length; i += 2) {
      if (bus.readSteady(table[i]!) !== table[i + 1]!) return NOT_CONFIGURED;
    }
    bus.write(Register.TempAccEn, UNLOCK);
    bus.write(Register.TempConfig1, TEMP_CONFIG_1);
    bus.write(Register.TempConfig2, TEMP_CONFIG_2);
    bus.write(Register.TempAccEn, LOCK);
    if (!bus.write(Register.CfgRegAccEn, LOCK)) return NOT_CONFIGURED;
    return bus.readSteady(Register.CRCDigest);
  }
}

/** The most counts that a phase can make in `elapsed_ms`. */
function ceilingOf(elapsed_ms: number): number {
  return Math.ceil(elapsed_ms * FULL_SCALE_COUNTS_PER_MS);
}
