import type { UtcClock } from "firmware/clock/utc";
import { EventCode, type EventLog } from "firmware/events/log";
import { Timer, type Kernel } from "firmware/kernel/kernel";
import type { Checkpoint } from "firmware/registers/checkpoint";
import { REGISTERS, REGISTER_QUANTITIES, RegisterQuantity, registerIndex } from "firmware/registers/obis";
import type { RetainedRecord, RetainedRecords } from "firmware/storage/retained";
import {
  CHANNELS,
  Measurements,
  PollSample,
  PollStatus,
  Quantity,
  type MeteringChip,
} from "hal/metering-chip";
import type { Watchdog } from "hal/watchdog";

export const POLL_PERIOD_ms = 5_000;
/** From the start to a first poll, so that what flows is seen to count before a period is over. */
const FIRST_POLL_ms = 500;

/** Registers are written to flash so often; so much energy may be missing after a cut without warning. */
export const CHECKPOINT_PERIOD_ms = 10_000;
/** A slewing clock and a busy processor move polls by less. */
const TOLERANCE_ms = 20;

/**
 * What is kept through restarts: each register (8 bytes), what is left of it below a unit (4), then what the chip's
 * driver must know (4 a word).
 */
const RETAINED_LAYOUT = 1;
const RETAINED_REGISTER_BYTES = 12;
const RETAINED_BYTES = REGISTERS * RETAINED_REGISTER_BYTES;
const RETAINED_WORD_BYTES = 4;

/** Where the totals of each quantity stand among the counts and the registers; phases A to C follow. */
const DELIVERED_COUNTS = Quantity.activeDelivered * CHANNELS;
const RECEIVED_COUNTS = Quantity.activeReceived * CHANNELS;
const POSITIVE_COUNTS = Quantity.reactivePositive * CHANNELS;
const NEGATIVE_COUNTS = Quantity.reactiveNegative * CHANNELS;
const APPARENT_COUNTS = Quantity.apparent * CHANNELS;
const DELIVERED = RegisterQuantity.activeDelivered * CHANNELS;
const RECEIVED = RegisterQuantity.activeReceived * CHANNELS;
const QUADRANT_1 = RegisterQuantity.quadrant1 * CHANNELS;
const QUADRANT_2 = RegisterQuantity.quadrant2 * CHANNELS;
const QUADRANT_3 = RegisterQuantity.quadrant3 * CHANNELS;
const QUADRANT_4 = RegisterQuantity.quadrant4 * CHANNELS;
const APPARENT = RegisterQuantity.apparent * CHANNELS;

/** The event of each bit of {@link PollStatus}, from bit 0 on. */
const FAULT_EVENTS = Object.freeze([
  EventCode.chipSilent,
  EventCode.countsHeld,
  EventCode.countsLost,
  EventCode.chipRestarted,
  EventCode.configurationRepaired,
  EventCode.chipOverflow,
  EventCode.busNoise,
]);

/** Who is told of every poll, in the order of {@link Registers.listen}. Called after the registers took it up. */
export interface PollListener {
  /** @param status {@link PollStatus} of the poll */
  polled(status: number): void;

  /**
   * The clock was set for the first time or was off by more than a second; a poll was made at that moment.
   * @param error_ms see {@link UtcClock.onSet}
   */
  clockSet(status: number, error_ms: number): void;
}

export interface RegistersOptions {
  kernel: Kernel;
  chip: MeteringChip;
  utc: UtcClock;
  events: EventLog;
  pollPeriod_ms?: number;
  /** Where absent, registers start from 0 whenever the software does. */
  retained?: RetainedRecords;
  /** Where absent, registers start from 0 after a power failure. */
  checkpoint?: Checkpoint;
  /** Fed at every poll. */
  watchdog?: Watchdog;
}

/**
 * The register-accumulation task: moves what the metering chip counted into energy registers that only grow. It polls
 * on multiples of its period in UTC, so that there is a poll on every interval boundary; while the time is not known,
 * a period after the poll before.
 *
 * Reactive counts go to a quadrant by the direction of the same poll's active counts: in proportion, the remainder to
 * the received side, where both directions counted, and by the last direction known where neither did. So QI + QII and
 * QIII + QIV are exact always.
 */
export class Registers {
  /** In mWh, mvarh, mVAh: integers below 2^53, by registerIndex. They never go back. */
  readonly energy = new Float64Array(REGISTERS);
  /** UTC and uptime of the last poll; UTC is 0 where it was not known. */
  polledUtc_ms = 0;
  polled_ms = 0;
  /** {@link PollStatus} of the last poll. */
  status = 0;
  polls = 0;
  /** Polls in which a channel's active energy was counted in both directions, so that its quadrants are a guess. */
  turnedPolls = 0;
  /** Counts and voltages of the last poll. */
  readonly sample = new PollSample();
  /** As {@link measure} last read them. */
  readonly measurements = new Measurements();
  /** Whether the registers went on from a record that a restart has left. */
  readonly resumed: boolean;
  /** UTC at which the registers that this start goes on from were last written to flash; 0 where it is not known. */
  readonly restoredUtc_ms: number;

  readonly #listeners: PollListener[] = [];
  readonly #chip: MeteringChip;
  readonly #utc: UtcClock;
  readonly #events: EventLog;
  readonly #period_ms: number;
  readonly #timer: Timer;
  readonly #firstPoll: Timer;
  readonly #numerator: number;
  readonly #denominator: number;
  readonly #channels: number;
  /** What is left of each register below a unit, in parts of the denominator. */
  readonly #remainders = new Float64Array(REGISTERS);
  /** The same in units, for the checkpoint. */
  readonly #rests = new Float64Array(REGISTERS);
  /** By channel: 1 where the active energy counted last was received. */
  readonly #receiving = new Uint8Array(CHANNELS);
  readonly #retained: RetainedRecord | undefined;
  /** Of the chip's driver: {@link MeteringChip.kept}. */
  readonly #kept: Int32Array;
  readonly #checkpoint: Checkpoint | undefined;
  #saved_ms = 0;
  /** The last poll is in the checkpoint. */
  #isSaved = true;
  readonly #watchdog: Watchdog | undefined;
  #dueUtc_ms = 0;

  constructor({
    kernel,
    chip,
    utc,
    events,
    pollPeriod_ms = POLL_PERIOD_ms,
    retained,
    checkpoint,
    watchdog,
  }: RegistersOptions) {
    this.#chip = chip;
    this.#utc = utc;
    this.#events = events;
    this.#period_ms = pollPeriod_ms;
    this.#numerator = chip.countNumerator;
    this.#denominator = chip.countDenominator;
    this.#channels = 1 + chip.phases;
    this.#timer = new Timer(kernel, () => this.onTimer());
    this.#firstPoll = new Timer(kernel, () => this.poll());
    this.#watchdog = watchdog;
    this.#kept = chip.kept ?? new Int32Array(0);
    this.#retained = retained?.next(
      RETAINED_LAYOUT,
      RETAINED_BYTES + this.#kept.length * RETAINED_WORD_BYTES,
    );
    this.resumed = this.#retained?.found ?? false;
    this.#checkpoint = checkpoint;
    const isRestored = checkpoint?.load(this.energy, this.#rests) ?? false;
    if (this.#retained?.found) this.resume(this.#retained);
    else if (isRestored) this.restore();
    this.restoredUtc_ms = checkpoint?.utc_ms ?? 0;
    utc.onSet = (error_ms) => this.onClockSet(error_ms);
  }

  get phases(): number {
    return this.#channels - 1;
  }

  /** Tells `listener` of every poll from now on, after those that listen already. */
  listen(listener: PollListener): void {
    this.#listeners.push(listener);
  }

  /** Initialises the chip and polls it from now on; after a restart at once, as its counters run on. */
  start(): void {
    this.report(this.#chip.initialize(this.resumed));
    if (this.resumed) {
      this.poll();
    } else {
      this.#retained?.save();
      this.#firstPoll.startIn(FIRST_POLL_ms);
    }
    this.arm();
  }

  /**
   * Brings the total registers up to what is known to have been counted: they never go back.
   * @param totals by quantity
   * @param modulus of those of reactive and apparent energy
   */
  raise(totals: Float64Array, modulus: number): void {
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
      const index = registerIndex(quantity, 0);
      let ahead = totals[quantity] - this.energy[index];
      if (quantity > RegisterQuantity.activeReceived) {
        ahead %= modulus;
        if (ahead < 0) ahead += modulus;
        if (ahead >= modulus / 2) continue;
      }
      if (ahead <= 0) continue;
      this.energy[index] += ahead;
      this.#remainders[index] = 0;
      this.retain(index);
    }
  }

  /** Writes the registers to flash now, as they were at the last poll. */
  save(): void {
    if (this.#checkpoint === undefined || this.#isSaved) return;
    for (let i = 0; i < REGISTERS; i++) this.#rests[i] = this.#remainders[i] / this.#denominator;
    this.#saved_ms = this.polled_ms;
    if (!this.#checkpoint.save(this.energy, this.#rests, this.polledUtc_ms))
      this.#events.fault(EventCode.storageFailed);
    else this.#isSaved = true;
  }

  /** Polls now, beside the polls that are due. */
  poll(): void {
    this.take();
    for (let i = 0; i < this.#listeners.length; i++) this.#listeners[i].polled(this.status);
  }

  /** Reads the instantaneous values into {@link measurements} now. Answers a {@link PollStatus}. */
  measure(): number {
    const status = this.#chip.measure(this.measurements);
    this.report(status);
    return status;
  }

  private onTimer(): void {
    // The clock may have been slowed down since the timer was set; the first poll may have come at this very moment.
    const isDue = !this.#utc.known || this.#utc.utc_ms() >= this.#dueUtc_ms;
    if (isDue && this.#utc.uptime_ms() !== this.polled_ms) this.poll();
    this.arm();
  }

  private onClockSet(error_ms: number): void {
    this.take();
    for (let i = 0; i < this.#listeners.length; i++) this.#listeners[i].clockSet(this.status, error_ms);
    if (this.#timer.armed) this.arm();
  }

  private arm(): void {
    const period_ms = this.#period_ms;
    if (!this.#utc.known) {
      this.#timer.startIn(period_ms);
      return;
    }
    this.#dueUtc_ms = (Math.floor(this.#utc.utc_ms() / period_ms) + 1) * period_ms;
    this.#timer.startAt(this.#utc.toLocal_ms(this.#dueUtc_ms));
  }

  private take(): void {
    const now_ms = this.#utc.uptime_ms();
    this.status = this.#chip.poll(this.sample);
    this.polled_ms = now_ms;
    this.polledUtc_ms = this.#utc.utc_ms();
    this.polls++;
    this.#isSaved = false;
    let turned = false;
    for (let channel = 0; channel < this.#channels; channel++) if (this.takeChannel(channel)) turned = true;
    if (turned) this.turnedPolls++;
    this.retainKept();
    this.#retained?.save();
    // The next poll would be too late.
    if (now_ms - this.#saved_ms + this.#period_ms > CHECKPOINT_PERIOD_ms + TOLERANCE_ms) this.save();
    this.#watchdog?.feed();
    this.report(this.status);
  }

  private restore(): void {
    for (let i = 0; i < REGISTERS; i++) {
      this.#remainders[i] = Math.floor(this.#rests[i] * this.#denominator);
      this.retain(i);
    }
  }

  /** Answers whether active energy was counted in both directions. */
  private takeChannel(channel: number): boolean {
    const counts = this.sample.counts;
    const delivered = counts[DELIVERED_COUNTS + channel];
    const received = counts[RECEIVED_COUNTS + channel];
    const positive = counts[POSITIVE_COUNTS + channel];
    const negative = counts[NEGATIVE_COUNTS + channel];
    const turned = delivered !== 0 && received !== 0;
    if (!turned && delivered !== received) this.#receiving[channel] = received === 0 ? 0 : 1;
    const share = turned ? delivered / (delivered + received) : 1 - this.#receiving[channel];
    const quadrant1 = Math.floor(positive * share);
    const quadrant4 = Math.floor(negative * share);
    this.add(DELIVERED + channel, delivered);
    this.add(RECEIVED + channel, received);
    this.add(QUADRANT_1 + channel, quadrant1);
    this.add(QUADRANT_2 + channel, positive - quadrant1);
    this.add(QUADRANT_3 + channel, negative - quadrant4);
    this.add(QUADRANT_4 + channel, quadrant4);
    this.add(APPARENT + channel, counts[APPARENT_COUNTS + channel]);
    return turned;
  }

  private add(index: number, counts: number): void {
    if (counts === 0) return;
    const sum = this.#remainders[index] + counts * this.#numerator;
    const whole = Math.floor(sum / this.#denominator);
    this.energy[index] += whole;
    this.#remainders[index] = sum - whole * this.#denominator;
    this.retain(index);
  }

  private resume(retained: RetainedRecord): void {
    const reader = retained.open();
    for (let i = 0; i < REGISTERS; i++) {
      this.energy[i] = reader.u64();
      this.#remainders[i] = reader.u32();
    }
    for (let i = 0; i < this.#kept.length; i++) this.#kept[i] = reader.u32();
  }

  /** Puts a register into the record that is saved at the end of a poll. */
  private retain(index: number): void {
    if (this.#retained === undefined) return;
    const writer = this.#retained.at(index * RETAINED_REGISTER_BYTES);
    writer.u64(this.energy[index]);
    writer.u32(this.#remainders[index]);
  }

  private retainKept(): void {
    if (this.#retained === undefined || this.#kept.length === 0) return;
    const writer = this.#retained.at(RETAINED_BYTES);
    for (let i = 0; i < this.#kept.length; i++) writer.u32(this.#kept[i]);
  }

  private report(status: number): void {
    if (status === PollStatus.ok) return;
    for (let bit = 0; bit < FAULT_EVENTS.length; bit++)
      if ((status & (1 << bit)) !== 0) this.#events.fault(FAULT_EVENTS[bit]);
  }
}
