import type { UtcClock } from "firmware/clock/utc";
import { EventCode, type EventLog } from "firmware/events/log";
import { IntervalFlag } from "firmware/intervals/flags";
import {
  Interval,
  IntervalChannel,
  IntervalRecord,
  MAX_ACTIVE_mWh,
  MAX_OTHER_ENERGY,
  RECORD_BYTES,
} from "firmware/intervals/interval";
import { REGISTER_QUANTITIES, registerIndex } from "firmware/registers/obis";
import type { PollListener, Registers } from "firmware/registers/registers";
import type { RetainedRecord, RetainedRecords } from "firmware/storage/retained";
import { AppendRing } from "firmware/storage/ring";
import type { Flash } from "hal/flash";
import { PollStatus } from "hal/metering-chip";

/** An interval that begins or ends this much late is flagged for it. */
const TOLERANCE_ms = 1_000;
/** Stepped back by less, the clock is waited for; by more, it comes from a wrong date, and starts go back with it. */
const STEP_BACK_LIMIT_ms = 86_400_000;
/** What these polls did not bring comes with the next one. */
const CARRIED = PollStatus.noAnswer | PollStatus.held;
/** Skipped intervals that are written as missing at once, ten days of 15 minutes; a longer gap stays a gap. */
const MAX_MISSING = 960;

/** What is kept through restarts: the next interval's sequence number (4 bytes), and what stands in those before. */
const RETAINED_LAYOUT = 1;
const RETAINED_BYTES = 4 + 8 * REGISTER_QUANTITIES;

export interface IntervalLogOptions {
  registers: Registers;
  utc: UtcClock;
  events: EventLog;
  flash: Flash;
  /** Length of an interval: 15 or 60, or another divisor of a day. All intervals in a partition have one length. */
  interval_min: number;
  /** Where absent, intervals begin with the registers as they are. */
  retained?: RetainedRecords;
}

/**
 * The interval-logging task: cuts the advance of the registers into intervals aligned to UTC and appends each to flash
 * when it closes. The energy of an interval is the difference of the registers at its end and at the end of the one
 * before, so that intervals add up to what the registers advanced since power-up, less what the open interval holds,
 * through restarts of the software too.
 *
 * The poll on a boundary closes the interval. Where that poll comes late, or the clock is stepped on, the open interval
 * takes all energy up to then and says so, and those skipped are written as missing. Where the clock is stepped back
 * into time that is logged, the next free interval opens early and is long, so that no start is there twice. What was
 * counted before the time was known goes to the first interval, flagged.
 */
export class IntervalLog implements PollListener {
  readonly cadence_s: number;

  readonly #registers: Registers;
  readonly #events: EventLog;
  readonly #ring: AppendRing;
  readonly #record = new IntervalRecord();
  readonly #interval = new Interval();
  readonly #cadence_ms: number;
  /** Total registers by quantity, up to what stands in intervals. */
  readonly #logged = new Float64Array(REGISTER_QUANTITIES);
  readonly #retained: RetainedRecord | undefined;
  /** Start of the newest interval logged, UTC; -1 for none. */
  #newestStart_ms = -1;
  /** The open interval in UTC; it never ends while the time is not known. */
  #start_ms = 0;
  #end_ms = Infinity;
  /** Uptime from which its energy is counted. */
  #opened_ms: number;
  #flags = 0;
  #lowest_mV = Infinity;
  #voltageSum_mV = 0;
  #voltages = 0;

  /** Mounts the log in `flash` and listens to `registers`. */
  constructor({ registers, utc, events, flash, interval_min, retained }: IntervalLogOptions) {
    this.cadence_s = interval_min * 60;
    this.#cadence_ms = interval_min * 60_000;
    this.#registers = registers;
    this.#events = events;
    this.#ring = new AppendRing(flash, RECORD_BYTES);
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++)
      this.#logged[quantity] = registers.energy[registerIndex(quantity, 0)]!;
    this.#opened_ms = utc.uptime_ms();
    if (this.#readNewest()) {
      this.#newestStart_ms = this.#interval.start_s * 1000;
      if (!registers.resumed) this.#flags = IntervalFlag.powerFail;
    }
    this.#retained = retained?.next(RETAINED_LAYOUT, RETAINED_BYTES);
    if (registers.resumed && this.#retained?.found) this.#resume(this.#retained);
    this.#retain();
    if (utc.known) this.#enter(utc.utc_ms());
    registers.listen(this);
  }

  /** Sequence number of the oldest interval kept; equal to {@link next} when there is none. */
  get first(): number {
    return this.#ring.first;
  }

  /** Sequence number that the next interval gets. */
  get next(): number {
    return this.#ring.next;
  }

  /** False: there is no interval of this number, or it does not read well. */
  read(sequence: number, into: Interval): boolean {
    if (!this.#ring.read(sequence, this.#record.payload)) return false;
    this.#record.decode(into);
    into.sequence = sequence;
    return true;
  }

  /**
   * Sequence number of the first interval that starts at `utc_s` or later; {@link next} where there is none. Where the
   * clock had been stepped back it may lie on either side of the step.
   */
  sequenceAt(utc_s: number): number {
    let low = this.first;
    let high = this.next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      let probe = middle;
      while (probe < high && !this.read(probe, this.#interval)) probe++;
      if (probe === high || this.#interval.start_s >= utc_s) high = middle;
      else low = probe + 1;
    }
    return low;
  }

  polled(status: number): void {
    this.#observe(status);
    const utc_ms = this.#registers.polledUtc_ms;
    if (utc_ms >= this.#end_ms) this.#close(utc_ms, 0);
  }

  clockSet(status: number, error_ms: number): void {
    this.#events.record(EventCode.clockSet, error_ms);
    this.#observe(status);
    this.#flags |= IntervalFlag.clockSet;
    const utc_ms = this.#registers.polledUtc_ms;
    const isOpen = this.#end_ms !== Infinity;
    if (isOpen && (utc_ms >= this.#end_ms || utc_ms < this.#start_ms - STEP_BACK_LIMIT_ms))
      this.#close(utc_ms, IntervalFlag.clockSet);
    else if (!isOpen || utc_ms < this.#start_ms) this.#enter(utc_ms);
  }

  #observe(status: number): void {
    const voltage_mV = this.#registers.sample.voltage_mV;
    for (let phase = 0; phase < this.#registers.phases; phase++) {
      const phase_mV = voltage_mV[phase];
      // 0 is "not known"; a dead phase still shows some noise.
      if (phase_mV === 0) continue;
      this.#voltageSum_mV += phase_mV;
      this.#voltages++;
      if (phase_mV < this.#lowest_mV) this.#lowest_mV = phase_mV;
    }
    if (status === PollStatus.ok) return;
    if ((status & ~PollStatus.noise) !== 0) this.#flags |= IntervalFlag.suspect;
    if ((status & PollStatus.overflow) !== 0) this.#flags |= IntervalFlag.overflow;
  }

  /** Logs the open interval with all energy up to now, and opens the next, which starts with `flags`. */
  #close(utc_ms: number, flags: number): void {
    const now_ms = this.#registers.polled_ms;
    const covered_ms = now_ms - this.#opened_ms;
    this.#gather();
    const interval = this.#interval;
    if (covered_ms < this.#cadence_ms - TOLERANCE_ms) interval.flags |= IntervalFlag.short;
    if (covered_ms > this.#cadence_ms + TOLERANCE_ms) interval.flags |= IntervalFlag.long;
    if (utc_ms < this.#end_ms) interval.flags |= IntervalFlag.partial;
    if (!this.#append(this.#start_ms)) {
      // It stays open, and is long, until the next boundary.
      this.#end_ms = this.#slotOf(utc_ms) + this.#cadence_ms;
      return;
    }
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++)
      this.#logged[quantity] += interval.values[quantity];
    this.#retain();
    this.#opened_ms = now_ms;
    this.#flags = (this.#registers.status & CARRIED) === 0 ? flags : flags | IntervalFlag.suspect;
    this.#lowest_mV = Infinity;
    this.#voltageSum_mV = 0;
    this.#voltages = 0;
    this.#enter(utc_ms);
  }

  /** Takes the open interval into the one that is written. */
  #gather(): void {
    const interval = this.#interval;
    const values = interval.values;
    const energy = this.#registers.energy;
    interval.flags = this.#flags;
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
      const most = quantity <= IntervalChannel.activeReceived ? MAX_ACTIVE_mWh : MAX_OTHER_ENERGY;
      const advance = energy[registerIndex(quantity, 0)] - this.#logged[quantity];
      if (advance > most) interval.flags |= IntervalFlag.overflow;
      values[quantity] = Math.min(advance, most);
    }
    const hasVoltage = this.#voltages > 0;
    values[IntervalChannel.minimumVoltage] = hasVoltage ? Math.round(this.#lowest_mV / 100) : 0;
    values[IntervalChannel.meanVoltage] = hasVoltage
      ? Math.round(this.#voltageSum_mV / this.#voltages / 100)
      : 0;
    this.#registers.measure();
    values[IntervalChannel.temperature] = this.#registers.measurements.temperature_dC;
    interval.closingDelivered_mWh =
      this.#logged[IntervalChannel.activeDelivered] + values[IntervalChannel.activeDelivered];
    interval.closingReceived_mWh =
      this.#logged[IntervalChannel.activeReceived] + values[IntervalChannel.activeReceived];
  }

  #append(start_ms: number): boolean {
    this.#interval.start_s = start_ms / 1000;
    this.#record.encode(this.#interval);
    if (this.#ring.append(this.#record.payload) === 0) {
      this.#events.fault(EventCode.storageFailed, start_ms / 1000);
      return false;
    }
    this.#newestStart_ms = start_ms;
    return true;
  }

  /**
   * Puts the open interval where `utc_ms` falls, or after the newest where that is later, and logs those between the
   * newest and it as missing.
   */
  #enter(utc_ms: number): void {
    const newest_ms = this.#newestStart_ms;
    let start_ms = this.#slotOf(utc_ms);
    if (start_ms > newest_ms) this.#logMissing(start_ms);
    else if (utc_ms >= newest_ms - STEP_BACK_LIMIT_ms) start_ms = newest_ms + this.#cadence_ms;
    this.#start_ms = start_ms;
    this.#end_ms = start_ms + this.#cadence_ms;
    if (utc_ms - start_ms > TOLERANCE_ms) this.#flags |= IntervalFlag.partial;
  }

  #logMissing(until_ms: number): void {
    const from_ms = this.#newestStart_ms + this.#cadence_ms;
    if (this.#newestStart_ms < 0 || until_ms - from_ms > MAX_MISSING * this.#cadence_ms) return;
    const interval = this.#interval;
    interval.values.fill(0);
    interval.flags = IntervalFlag.missing | this.#flags;
    interval.closingDelivered_mWh = this.#logged[IntervalChannel.activeDelivered]!;
    interval.closingReceived_mWh = this.#logged[IntervalChannel.activeReceived]!;
    for (let start_ms = from_ms; start_ms < until_ms; start_ms += this.#cadence_ms)
      if (!this.#append(start_ms)) return;
  }

  /** Leaves the newest interval in `#interval`. False: there is none. */
  #readNewest(): boolean {
    let sequence = this.next - 1;
    while (sequence >= this.first && !this.read(sequence, this.#interval)) sequence--;
    return sequence >= this.first;
  }

  /** The open interval goes on from the last that was logged, which may be newer than the record. */
  #resume(retained: RetainedRecord): void {
    const reader = retained.open();
    const next = reader.u32();
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) this.#logged[quantity] = reader.u64();
    const interval = this.#interval;
    for (let sequence = next; sequence < this.next; sequence++) {
      if (!this.read(sequence, interval)) continue;
      for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++)
        this.#logged[quantity] += interval.values[quantity];
    }
  }

  #retain(): void {
    if (this.#retained === undefined) return;
    const writer = this.#retained.at(0);
    writer.u32(this.next);
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) writer.u64(this.#logged[quantity]);
    this.#retained.save();
  }

  #slotOf(utc_ms: number): number {
    return Math.floor(utc_ms / this.#cadence_ms) * this.#cadence_ms;
  }
}
