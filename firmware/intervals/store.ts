import { IntervalFlag } from "firmware/intervals/flags";
import {
  IntervalChannel,
  IntervalRecord,
  OTHER_MODULUS,
  RECORD_BYTES,
  RECORD_SEQUENCE_AT,
  RecordKind,
  type Interval,
} from "firmware/intervals/interval";
import { REGISTER_QUANTITIES } from "firmware/registers/obis";
import type { RecordBuffer } from "firmware/storage/record-buffer";
import type { AppendRing } from "firmware/storage/ring";
import { positionOf, readBefore, readFrom } from "firmware/storage/search";

/** Reading goes on from the interval read last when it is no more than so many records behind. */
const NEAR = 16;

/**
 * The records of the interval log on flash, found by the numbers of the intervals. Numbers rise with the records'
 * positions, so that a record is found by halving; reading one after the other goes on from the last.
 *
 * A record may lie there twice in a row, after a cut; the second says nothing new. Of a record that reads badly the
 * interval is lost, and the one after it with it, whose energy cannot be told from it. Memory does not grow.
 */
export class IntervalStore {
  /** Number that the next interval gets; 0 as long as there is no record. */
  next = 0;
  /** Whether the time of the newest interval is known. */
  isTimed = false;
  /** UTC end of the newest interval, s; of one of unknown time the end of the one before. 0 where there is none. */
  end_s = 0;
  /** Registers by quantity at the end of the newest interval. */
  readonly closings = new Float64Array(REGISTER_QUANTITIES);
  /** To fill before an append; what was read last. */
  readonly record = new IntervalRecord();

  readonly #ring: AppendRing;
  readonly #buffer: RecordBuffer;
  readonly #cadence_s: number;
  /** Record of an interval from which reading goes on: its position, its number, the registers at its end. */
  #at = -1;
  #atSequence = 0;
  readonly #atClosings = new Float64Array(REGISTER_QUANTITIES);
  /** Number of the oldest interval that can be told, while the ring's oldest record is at this position. */
  #first = 1;
  #firstFor = -1;

  /** @param buffer shared with others */
  constructor(ring: AppendRing, buffer: RecordBuffer, cadence_s: number) {
    this.#ring = ring;
    this.#buffer = buffer;
    this.#cadence_s = cadence_s;
  }

  get isEmpty(): boolean {
    return this.next === 0;
  }

  /** Number of the oldest interval kept; equal to {@link next} when there is none. */
  get first(): number {
    const { oldest, end } = this.#ring;
    if (this.#firstFor !== oldest) {
      this.#firstFor = oldest;
      // The oldest record has none before it to take its energy from.
      this.#first = this.intervalFrom(oldest, end) < 0 ? this.next : this.record.sequence + 1;
    }
    return this.#first;
  }

  /**
   * Finds the newest records, at start-up.
   * @param registers takes the registers of the newest record, where there is one
   * @returns the position of the first provisional record after the newest interval, or -1
   */
  mount(registers: Float64Array): number {
    const ring = this.#ring;
    const record = this.record;
    if (this.loadBefore(ring.end) < 0) return -1;
    registers.set(record.closings);
    this.next = record.sequence + 1;
    if (record.kind !== RecordKind.provisional) {
      this.note();
      return -1;
    }
    // The interval whose number it carries lies before the first of the provisional ones.
    let from = ring.oldest;
    if (this.seek(this.next)) {
      from = this.#at;
      this.note();
    }
    return this.provisionalFrom(from, ring.end);
  }

  /** Writes {@link record}. False: the flash did not take it. */
  append(): boolean {
    const record = this.record;
    record.encode(this.#buffer.begin(RECORD_BYTES));
    if (this.#ring.append(this.#buffer.bytes) === 0) return false;
    if (record.kind !== RecordKind.provisional) this.note();
    return true;
  }

  /** False: there is no interval of this number, or it cannot be told. */
  read(sequence: number, into: Interval): boolean {
    if (sequence < this.first || sequence >= this.next) return false;
    const record = this.record;
    const ahead = sequence - this.#atSequence;
    if (!(this.#at >= this.#ring.oldest && ahead > 0 && ahead <= NEAR) && !this.seek(sequence)) return false;
    for (;;) {
      const at = this.intervalFrom(this.#at + 1, this.#ring.end);
      if (at < 0) return false;
      const follows = record.sequence - record.count === this.#atSequence;
      const isThere = record.sequence >= sequence;
      if (isThere && follows) this.tell(sequence, into);
      if (record.sequence <= sequence) this.goOnFrom(at);
      if (isThere) return follows;
    }
  }

  /** Whether {@link record} has other registers than there were at the end of the newest interval. */
  hasAdvanced(): boolean {
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++)
      if (this.record.closings[quantity] !== this.closings[quantity]) return true;
    return false;
  }

  /** Leaves the first provisional record from `position` on in {@link record}; answers its position, or -1. */
  provisionalFrom(position: number, end: number): number {
    return this.find(position, end, true);
  }

  private intervalFrom(position: number, end: number): number {
    return this.find(position, end, false);
  }

  private find(position: number, end: number, isProvisional: boolean): number {
    const { bytes } = this.#buffer;
    let at = readFrom(this.#ring, position, end, bytes);
    for (; at >= 0; at = readFrom(this.#ring, at + 1, end, bytes)) {
      this.record.decode(this.#buffer.open(RECORD_BYTES));
      if ((this.record.kind === RecordKind.provisional) === isProvisional) return at;
    }
    return -1;
  }

  /** Goes to the record of the newest interval before `sequence`. False: there is none. */
  private seek(sequence: number): boolean {
    const record = this.record;
    const from = positionOf(this.#ring, sequence, RECORD_SEQUENCE_AT, this.#buffer.bytes);
    // Provisional records lie between the interval whose number they carry and the next.
    let at = this.loadBefore(from);
    while (at >= 0 && record.kind === RecordKind.provisional) at = this.loadBefore(at);
    if (at < 0) return false;
    this.goOnFrom(at);
    return true;
  }

  private goOnFrom(at: number): void {
    this.#at = at;
    this.#atSequence = this.record.sequence;
    this.#atClosings.set(this.record.closings);
  }

  private tell(sequence: number, into: Interval): void {
    const record = this.record;
    const { values } = into;
    into.sequence = sequence;
    into.flags = record.flags;
    const isTimed = (record.flags & IntervalFlag.unknownTime) === 0;
    const place = sequence - (record.sequence - record.count + 1);
    into.start_s = isTimed ? record.start_s + place * this.#cadence_s : 0;
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
      const advance = record.closings[quantity] - this.#atClosings[quantity];
      values[quantity] = advance < 0 ? advance + OTHER_MODULUS : advance;
    }
    values[IntervalChannel.minimumVoltage] = record.minimumVoltage_dV;
    values[IntervalChannel.meanVoltage] = record.meanVoltage_dV;
    values[IntervalChannel.temperature] = record.temperature_dC;
    into.closingDelivered_mWh = record.closings[IntervalChannel.activeDelivered];
    into.closingReceived_mWh = record.closings[IntervalChannel.activeReceived];
  }

  /** {@link record} is the newest interval. */
  private note(): void {
    const { sequence, start_s, count, flags, closings } = this.record;
    this.closings.set(closings);
    this.next = sequence + 1;
    this.isTimed = (flags & IntervalFlag.unknownTime) === 0;
    this.end_s = this.isTimed ? start_s + count * this.#cadence_s : start_s;
  }

  /** Leaves the last good record before `position` in {@link record}; answers where it is, or -1. */
  private loadBefore(position: number): number {
    const at = readBefore(this.#ring, position, this.#buffer.bytes);
    if (at >= 0) this.record.decode(this.#buffer.open(RECORD_BYTES));
    return at;
  }
}
