/** What both ends of a load profile block share: its bounds, its check word, its primer. docs/interval-codec.md. */
import { Interval, IntervalChannel, INTERVAL_CHANNELS } from "firmware/intervals/interval";
import { placeOf, type ValueModel } from "firmware/intervals/model";

export const ALL_CHANNELS = (1 << INTERVAL_CHANNELS) - 1;
/** Active energy delivered and received. */
export const DEFAULT_CHANNELS =
  (1 << IntervalChannel.activeDelivered) | (1 << IntervalChannel.activeReceived);
/** Energies in units of 10 to the power of this, in mWh: whole watt-hours. */
export const DEFAULT_SCALE = 3;
export const MAX_SCALE = 4;

/** Numbers in a block, flags included: 128 intervals of two channels, 34 of all. */
export const MAX_NUMBERS = 384;
/** Intervals before a block that may prime it: a week of 15 minutes. */
export const MAX_PRIMER = 672;

/** Items of the envelope, and what stands plain in the body: lengths of registers, and the check word. */
export const ITEMS = 9;
export const LENGTH_BITS = 6;
export const CHECK_BITS = 32;

/** Channels with a total register in the interval: those before this one. */
export const REGISTERS = 2;
/** Channels that hold energy: those before this one. */
export const ENERGIES = 7;

const DAY_S = 86_400;
const TWO_32 = 0x100000000;
const FACTOR = 0x9e3779b1;

/** Where intervals come from: the log of a meter, or what a reader holds of it. */
export interface IntervalSource {
  /** Sequence number of the oldest interval kept; equal to {@link next} when there is none. */
  readonly first: number;
  /** Sequence number that the next interval gets. */
  readonly next: number;
  readonly cadence_s: number;
  /** False: there is no interval of this number, or it does not read well. */
  read(sequence: number, into: Interval): boolean;
}

/** A load profile block taken apart, by the head end. */
export class Block {
  /** Sequence number of the newest interval in the meter's log: where it is beyond the last here, there is more. */
  newest = 0;
  /** Intervals here; where it is 0 all that follows means nothing. */
  count = 0;
  /** Sequence number and UTC start of the first; the others follow without a gap. */
  first = 0;
  start_s = 0;
  cadence_s = 0;
  /** Bit mask over IntervalChannel of what was sent. */
  channels = 0;
  /** Within the block energies end at multiples of 10^scale mWh; its first opening and its last closing are exact. */
  scale = 0;
  /** Intervals before the first that it was primed on. */
  primed = 0;
  /** Total registers at the beginning of the first and at the end of the last, of the channels sent. */
  openingDelivered_mWh = 0;
  openingReceived_mWh = 0;
  closingDelivered_mWh = 0;
  closingReceived_mWh = 0;
  /** Bits of IntervalFlag, by interval. */
  flags: number[] = [];
  /** By channel, then by interval; an empty array for a channel that was not sent. */
  values: number[][] = [];
}

export function isAsked(channels: number, channel: number): boolean {
  return ((channels >> channel) & 1) === 1;
}

/** Channels asked for, and the flags. */
export function columnsOf(channels: number): number {
  let columns = 1;
  for (let channel = 0; channel < INTERVAL_CHANNELS; channel++) columns += (channels >> channel) & 1;
  return columns;
}

/** Intervals a day, by which the model finds the same time of other days. */
export function dayOf(cadence_s: number): number {
  return Math.max(1, Math.floor(DAY_S / cadence_s));
}

/** The total register that belongs to `channel`, at the interval's end, mWh. */
export function closingOf(interval: Interval, channel: number): number {
  return channel === IntervalChannel.activeDelivered
    ? interval.closingDelivered_mWh
    : interval.closingReceived_mWh;
}

/** A check word over numbers: any one number that differs changes it. */
export class Check {
  #word = 0;

  get word(): number {
    return this.#word >>> 0;
  }

  clear(): void {
    this.#word = 0;
  }

  /** @param value an integer from 0 to 2^53-1 */
  add(value: number): void {
    this.mix(value >>> 0);
    this.mix(Math.floor(value / TWO_32));
  }

  private mix(word: number): void {
    const product = Math.imul(this.#word ^ word, FACTOR);
    this.#word = product ^ (product >>> 15);
  }
}

/** The intervals right before a block, which both ends hold. It outlasts blocks: each interval is read but once. */
export class Primer {
  /** Intervals that the next block is primed on. */
  count = 0;
  /** Total registers at the end of the last, by channel, mWh. */
  readonly closing_mWh: number[] = [0, 0];
  /** UTC at which the last ends. */
  end_s = 0;
  /** By channel and number, round and round: {@link placeOf} each energy. */
  readonly #places = new Uint8Array(REGISTERS * MAX_PRIMER);
  #unit_mWh = 0;
  /** Number from which on intervals have been read, and of the next to be. */
  #oldest = 0;
  #next = 0;
  /** Intervals before the next that follow each other in number, time and registers. */
  #chain = 0;

  clear(): void {
    this.count = 0;
  }

  /**
   * Takes at most `most` intervals of `source` before number `next`: as many as follow each other in number, time and
   * registers.
   * @param unit_mWh in which the energies are counted
   */
  load(source: IntervalSource, next: number, most: number, unit_mWh: number): void {
    const oldest = Math.max(source.first, next - Math.min(most, MAX_PRIMER));
    const goesOn = unit_mWh === this.#unit_mWh && oldest >= this.#oldest && oldest <= this.#next;
    if (!goesOn || next < this.#next) {
      this.#unit_mWh = unit_mWh;
      this.#oldest = oldest;
      this.#next = oldest;
      this.#chain = 0;
    }
    const interval = new Interval();
    for (; this.#next < next; this.#next++) this.take(source, interval);
    this.count = Math.min(this.#chain, next - oldest);
  }

  /** Shows a model, just cleared, the intervals of `channel`. */
  prime(model: ValueModel, channel: number): void {
    if (channel >= REGISTERS) return;
    const begin = channel * MAX_PRIMER;
    const end = begin + MAX_PRIMER;
    const first = begin + ((this.#next - this.count) % MAX_PRIMER);
    model.prime(this.#places, first, Math.min(end, first + this.count));
    model.prime(this.#places, begin, first + this.count - MAX_PRIMER);
  }

  private take(source: IntervalSource, interval: Interval): void {
    const closing_mWh = this.closing_mWh;
    if (!source.read(this.#next, interval)) {
      this.#chain = 0;
      return;
    }
    if (interval.start_s !== this.end_s) this.#chain = 0;
    this.end_s = interval.start_s + source.cadence_s;
    for (let channel = 0; channel < REGISTERS; channel++) {
      const closing = closingOf(interval, channel);
      const opening = closing - interval.values[channel];
      if (opening !== closing_mWh[channel]) this.#chain = 0;
      closing_mWh[channel] = closing;
      const units = Math.floor(closing / this.#unit_mWh) - Math.floor(opening / this.#unit_mWh);
      this.#places[channel * MAX_PRIMER + (this.#next % MAX_PRIMER)] = placeOf(units);
    }
    if (this.#chain < MAX_PRIMER) this.#chain++;
  }
}
