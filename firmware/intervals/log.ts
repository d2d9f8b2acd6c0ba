import type { UtcClock } from "firmware/clock/utc";
import { EventCode, type EventLog } from "firmware/events/log";
import { IntervalFlag } from "firmware/intervals/flags";
import { OTHER_MODULUS, RecordKind, type Interval } from "firmware/intervals/interval";
import { IntervalStore } from "firmware/intervals/store";
import { IntervalVoltage } from "firmware/intervals/voltage";
import { REGISTER_QUANTITIES, registerIndex } from "firmware/registers/obis";
import type { PollListener, Registers } from "firmware/registers/registers";
import type { RecordBuffer } from "firmware/storage/record-buffer";
import type { AppendRing } from "firmware/storage/ring";
import { PollStatus } from "hal/metering-chip";

/** An interval that begins or ends this much late is flagged for it. */
const TOLERANCE_ms = 1_000;
/** Stepped back by less, the clock is waited for; by more, it comes from a wrong date, and starts go back with it. */
const STEP_BACK_LIMIT_ms = 86_400_000;
/** What these polls did not bring comes with the next one. */
const CARRIED = PollStatus.noAnswer | PollStatus.held;
/** A longer gap stays a gap: it comes from a wrong date. */
const MAX_SKIPPED_ms = 400 * 86_400_000;

export interface IntervalLogOptions {
  registers: Registers;
  utc: UtcClock;
  events: EventLog;
  ring: AppendRing;
  /** Shared with others. */
  buffer: RecordBuffer;
  /** Length of an interval: 15 or 60, or another divisor of a day. All intervals in a partition have one length. */
  interval_min: number;
  /** An outage that is shorter is a blink, and flags nothing. */
  minimumOutage_s?: number;
}

/**
 * The interval-logging task: cuts the advance of the registers into intervals aligned to UTC and appends each to flash
 * when it closes, with the registers at that moment. What an interval counted is the difference to the one before, so
 * that intervals add up to what the registers advanced, through restarts and power failures.
 *
 * The poll on a boundary closes the interval. Where that poll comes late, or the clock is stepped on, the open interval
 * takes all energy up to then and says so, and those skipped are written as missing. Where the clock is stepped back
 * into time that is logged, the next free interval opens early and is long, so that no start is there twice.
 *
 * While the time is not known after a start, provisional intervals close by uptime. Once it is known each takes its
 * place in UTC, flagged, and the outage before them is made up: the interval in which it began and the one in which it
 * ended are partial, those between are missing. Where power fails before the time is known, what was counted since that
 * start stands in one interval of unknown time.
 */
export class IntervalLog implements PollListener {
  readonly cadence_s: number;

  readonly #registers: Registers;
  readonly #events: EventLog;
  readonly #ring: AppendRing;
  readonly #store: IntervalStore;
  readonly #cadence_ms: number;
  readonly #minimumOutage_ms: number;
  readonly #voltage = new IntervalVoltage();
  /** The open interval is in UTC, else in uptime. */
  #isTimed = false;
  #start_ms = 0;
  #end_ms: number;
  /** Uptime from which its energy is counted. */
  #opened_ms: number;
  #flags = 0;
  /** The first provisional record of this start: what the registers were at it. */
  readonly #bootAt: number;
  /** That of the first start since the time was known last. */
  readonly #unsettledAt: number;

  /** Mounts the log in `ring`, brings `registers` up to it and listens to them. */
  constructor(options: IntervalLogOptions) {
    const { registers, utc, events, ring, buffer, interval_min, minimumOutage_s = 0 } = options;
    this.cadence_s = interval_min * 60;
    this.#cadence_ms = interval_min * 60_000;
    this.#minimumOutage_ms = minimumOutage_s * 1000;
    this.#registers = registers;
    this.#events = events;
    this.#ring = ring;
    this.#end_ms = this.#cadence_ms;
    this.#opened_ms = utc.uptime_ms();
    this.#store = new IntervalStore(ring, buffer, this.cadence_s);
    const logged = new Float64Array(REGISTER_QUANTITIES);
    const unsettledAt = this.#store.mount(logged);
    registers.raise(logged, OTHER_MODULUS);
    // A new log begins with a record that is no interval: the first one's energy is counted from it.
    if (this.#store.isEmpty) this.append(RecordKind.interval, 0, IntervalFlag.unknownTime);
    this.#bootAt = ring.end;
    this.#unsettledAt = unsettledAt < 0 ? ring.end : unsettledAt;
    this.append(RecordKind.provisional, 0, 0);
    if (utc.known) this.stamp(utc.utc_ms(), utc.uptime_ms(), 0);
    registers.listen(this);
  }

  /** Sequence number of the oldest interval kept; equal to {@link next} when there is none. */
  get first(): number {
    return this.#store.first;
  }

  /** Sequence number that the next interval gets. */
  get next(): number {
    return this.#store.next;
  }

  /** False: there is no interval of this number, or it does not read well. */
  read(sequence: number, into: Interval): boolean {
    return this.#store.read(sequence, into);
  }

  polled(status: number): void {
    this.observe(status);
    if (this.#isTimed) {
      const utc_ms = this.#registers.polledUtc_ms;
      if (utc_ms >= this.#end_ms) this.close(utc_ms, 0);
    } else if (this.#registers.polled_ms >= this.#end_ms) {
      this.closeProvisional();
    }
  }

  clockSet(status: number, error_ms: number): void {
    this.#events.record(EventCode.clockSet, this.#isTimed ? error_ms : this.#registers.polled_ms);
    this.observe(status);
    this.#flags |= IntervalFlag.clockSet;
    const { polledUtc_ms, polled_ms } = this.#registers;
    if (!this.#isTimed) this.stamp(polledUtc_ms, polled_ms, IntervalFlag.clockSet);
    else if (polledUtc_ms >= this.#end_ms || polledUtc_ms < this.#start_ms - STEP_BACK_LIMIT_ms)
      this.close(polledUtc_ms, IntervalFlag.clockSet);
    else if (polledUtc_ms < this.#start_ms) this.enter(polledUtc_ms);
  }

  private observe(status: number): void {
    this.#voltage.observe(this.#registers);
    if (status === PollStatus.ok) return;
    if ((status & ~PollStatus.noise) !== 0) this.#flags |= IntervalFlag.suspect;
    if ((status & PollStatus.overflow) !== 0) this.#flags |= IntervalFlag.overflow;
  }

  /** Logs the open interval with all energy up to now, and opens the next, which starts with `flags`. */
  private close(utc_ms: number, flags: number): void {
    if (utc_ms < this.#end_ms) this.#flags |= IntervalFlag.partial;
    this.finish();
    if (!this.append(RecordKind.interval, this.#start_ms, this.#flags)) {
      // It stays open, and is long, until the next boundary.
      this.#end_ms = this.slotOf(utc_ms) + this.#cadence_ms;
      return;
    }
    this.reopen(flags);
    this.enter(utc_ms);
  }

  private closeProvisional(): void {
    this.finish();
    while (this.#registers.polled_ms >= this.#end_ms + this.#cadence_ms) this.#end_ms += this.#cadence_ms;
    // Where the flash does not take it, it is twice as long.
    if (this.append(RecordKind.provisional, this.#end_ms, this.#flags)) this.reopen(0);
    this.#end_ms += this.#cadence_ms;
  }

  /** Takes what is known only at the end of an interval. */
  private finish(): void {
    const covered_ms = this.#registers.polled_ms - this.#opened_ms;
    if (covered_ms < this.#cadence_ms - TOLERANCE_ms) this.#flags |= IntervalFlag.short;
    if (covered_ms > this.#cadence_ms + TOLERANCE_ms) this.#flags |= IntervalFlag.long;
    this.#registers.measure();
    // The registers first: whichever of the two a cut leaves, they agree.
    this.#registers.save();
  }

  private reopen(flags: number): void {
    this.#opened_ms = this.#registers.polled_ms;
    this.#flags = (this.#registers.status & CARRIED) === 0 ? flags : flags | IntervalFlag.suspect;
    this.#voltage.reset();
  }

  /**
   * Puts the open interval where `utc_ms` falls, or after the newest where that is later, and logs those between the
   * newest and it as missing.
   */
  private enter(utc_ms: number): void {
    const due_ms = this.#store.end_s * 1000;
    let start_ms = this.slotOf(utc_ms);
    if (start_ms >= due_ms) this.skip(due_ms, start_ms, this.#flags);
    else if (utc_ms >= due_ms - this.#cadence_ms - STEP_BACK_LIMIT_ms) start_ms = due_ms;
    this.open(start_ms);
    if (utc_ms - start_ms > TOLERANCE_ms) this.#flags |= IntervalFlag.partial;
  }

  private open(start_ms: number): void {
    this.#isTimed = true;
    this.#start_ms = start_ms;
    this.#end_ms = start_ms + this.#cadence_ms;
  }

  /** The time is known now: what was counted since the start takes its place in it, and the outage before is made up. */
  private stamp(utc_ms: number, uptime_ms: number, set: number): void {
    const boot_ms = utc_ms - uptime_ms;
    const due_ms = this.#store.end_s * 1000;
    const end = this.#ring.end;
    const outage = due_ms === 0 ? 0 : this.outageFlags(boot_ms, due_ms);
    let start_ms = this.slotOf(boot_ms);
    let flags = outage | set;
    if (start_ms > due_ms) {
      this.makeUp(due_ms, start_ms, outage);
      if (boot_ms - start_ms > TOLERANCE_ms) flags |= IntervalFlag.partial;
    } else if (boot_ms >= due_ms - this.#cadence_ms - STEP_BACK_LIMIT_ms) {
      // It goes on in the interval in which it had stopped.
      start_ms = due_ms;
    }
    const { record } = this.#store;
    const first_ms = start_ms;
    let ended_s = 0;
    let at = this.#store.provisionalFrom(this.#bootAt, end);
    for (; at >= 0; at = this.#store.provisionalFrom(at + 1, end)) {
      // The first is empty, and one may be there twice.
      if (record.start_s === ended_s) continue;
      ended_s = record.start_s;
      this.write(RecordKind.interval, start_ms, record.flags | flags, 1);
      flags = set;
      const next_ms = first_ms + ended_s * 1000;
      this.skip(start_ms + this.#cadence_ms, next_ms, set);
      start_ms = next_ms;
    }
    // From here on the time is known, whatever comes next.
    record.closings.set(this.#store.closings);
    this.write(RecordKind.skipped, start_ms, 0, 0);
    this.#flags |= flags;
    if (start_ms === due_ms) this.#opened_ms -= this.stopped_ms(due_ms) - due_ms;
    this.open(start_ms);
    if (utc_ms >= this.#end_ms) this.close(utc_ms, set);
  }

  /**
   * Closes the interval in which the meter had stopped, puts what starts since then have counted that never knew the
   * time into one of unknown time, and logs those up to `start_ms` as missing.
   */
  private makeUp(due_ms: number, start_ms: number, outage: number): void {
    const store = this.#store;
    let from_ms = due_ms;
    if (store.isTimed && store.provisionalFrom(this.#unsettledAt, this.#ring.end) >= 0) {
      const isShort = this.stopped_ms(due_ms) - due_ms < this.#cadence_ms - TOLERANCE_ms;
      const flags = outage | IntervalFlag.partial | (isShort ? IntervalFlag.short : 0);
      if (this.write(RecordKind.interval, due_ms, flags, 1)) from_ms += this.#cadence_ms;
    }
    if (store.provisionalFrom(this.#bootAt, this.#ring.end) >= 0 && store.hasAdvanced())
      this.write(RecordKind.interval, from_ms, IntervalFlag.powerFail | IntervalFlag.unknownTime, 1);
    this.skip(from_ms, start_ms, outage);
  }

  /** When the meter had stopped, as far as it knows: UTC, not before the newest interval's end. */
  private stopped_ms(due_ms: number): number {
    return Math.max(due_ms, this.#registers.restoredUtc_ms);
  }

  private outageFlags(boot_ms: number, due_ms: number): number {
    const isBlink = boot_ms - this.stopped_ms(due_ms) < this.#minimumOutage_ms;
    return this.#registers.resumed || isBlink ? 0 : IntervalFlag.powerFail | IntervalFlag.partial;
  }

  /** Logs the intervals from `from_ms` until `until_ms` as missing. */
  private skip(from_ms: number, until_ms: number, flags: number): void {
    if (from_ms === 0 || until_ms <= from_ms || until_ms - from_ms > MAX_SKIPPED_ms) return;
    const { record, closings } = this.#store;
    record.closings.set(closings);
    const kept = IntervalFlag.missing | (flags & (IntervalFlag.powerFail | IntervalFlag.clockSet));
    this.write(RecordKind.skipped, from_ms, kept, (until_ms - from_ms) / this.#cadence_ms);
  }

  /** Appends the open interval as it is now. */
  private append(kind: number, time_ms: number, flags: number): boolean {
    const { record } = this.#store;
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++)
      record.closings[quantity] = this.registerOf(quantity);
    record.minimumVoltage_dV = this.#voltage.minimum_dV;
    record.meanVoltage_dV = this.#voltage.mean_dV;
    record.temperature_dC = this.#registers.measurements.temperature_dC;
    return this.write(kind, time_ms, flags, 1);
  }

  /** Appends the store's record, whose registers and measurements are set. */
  private write(kind: number, time_ms: number, flags: number, count: number): boolean {
    const store = this.#store;
    const { record } = store;
    record.kind = kind;
    record.sequence = kind === RecordKind.provisional ? store.next - 1 : store.next + count - 1;
    record.start_s = time_ms / 1000;
    record.flags = flags;
    record.count = count;
    if (store.append()) return true;
    this.#events.fault(EventCode.storageFailed, record.start_s);
    return false;
  }

  /** The total register of a quantity, as records keep it. */
  private registerOf(quantity: number): number {
    const energy = this.#registers.energy[registerIndex(quantity, 0)];
    return quantity <= 1 ? energy : energy % OTHER_MODULUS;
  }

  private slotOf(utc_ms: number): number {
    return Math.floor(utc_ms / this.#cadence_ms) * this.#cadence_ms;
  }
}
