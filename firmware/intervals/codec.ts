/**
 * The load profile block of `/lp` (docs/cddl/lp.cddl): one CBOR array of contiguous intervals. Values stand by
 * channel, each channel a byte string of unsigned LEB128 numbers; temperatures are zigzag-coded first.
 */
import {
  headLength,
  readArrayHead,
  readBytes,
  readMapHead,
  readUint,
  writeArrayHead,
  writeBytesHead,
  writeMapHead,
  writeUint,
} from "firmware/codec/cbor";
import type { Reader, Writer } from "firmware/codec/cursor";
import { INTERVAL_CHANNELS, Interval, IntervalChannel } from "firmware/intervals/interval";

export { IntervalChannel } from "firmware/intervals/interval";

export const ALL_CHANNELS = (1 << INTERVAL_CHANNELS) - 1;
/** Active energy delivered and received. */
export const DEFAULT_CHANNELS =
  (1 << IntervalChannel.activeDelivered) | (1 << IntervalChannel.activeReceived);

/** Items of the array before the channels. */
const FIXED_ITEMS = 8;
/** What array head, the seven numbers and the head of the flags take at most. */
const MAX_FIXED_BYTES = 1 + 5 + 5 + 5 + 3 + 3 + 9 + 9 + 3;

/** Where the intervals of a block come from: the interval log. */
export interface IntervalSource {
  readonly first: number;
  readonly next: number;
  readonly cadence_s: number;
  read(sequence: number, into: Interval): boolean;
}

/** Made once by whoever answers `/lp`. */
export class BlockEncoder {
  readonly #source: IntervalSource;
  readonly #interval = new Interval();
  readonly #columnBytes = new Int32Array(INTERVAL_CHANNELS);
  #first = 0;
  #start_s = 0;
  #count = 0;
  #flagged = 0;
  #closingDelivered_mWh = 0;
  #closingReceived_mWh = 0;

  constructor(source: IntervalSource) {
    this.#source = source;
  }

  /**
   * Writes the intervals after number `since`: as many as follow each other in number and time, at most `most`, and
   * no more than there is room for.
   * @param channels bit mask over {@link IntervalChannel}, not 0
   * @returns how many intervals were written
   */
  encode(w: Writer, since: number, most: number, channels: number): number {
    const source = this.#source;
    this.#select(since, most, channels, w.end - w.at);
    const count = this.#count;
    let items = 1;
    if (count > 0) {
      items = FIXED_ITEMS;
      for (let channel = 0; channel < INTERVAL_CHANNELS; channel++) items += (channels >> channel) & 1;
    }
    writeArrayHead(w, items);
    writeUint(w, source.next - 1);
    if (count === 0) {
      // Not even one fits: an empty block would say that there is none.
      if (this.#first < source.next) w.ok = false;
      return 0;
    }
    writeUint(w, this.#first);
    writeUint(w, this.#start_s);
    writeUint(w, source.cadence_s);
    writeUint(w, channels);
    writeUint(w, this.#closingDelivered_mWh);
    writeUint(w, this.#closingReceived_mWh);
    this.#writeFlags(w);
    for (let channel = 0; channel < INTERVAL_CHANNELS; channel++)
      if (((channels >> channel) & 1) === 1) this.#writeColumn(w, channel);
    return count;
  }

  /** Chooses the intervals, so that a second pass can write them in one go. */
  #select(since: number, most: number, channels: number, room: number): void {
    const source = this.#source;
    const interval = this.#interval;
    const columnBytes = this.#columnBytes;
    columnBytes.fill(0);
    this.#count = 0;
    this.#flagged = 0;
    let first = Math.max(since + 1, source.first);
    while (first < source.next && !source.read(first, interval)) first++;
    this.#first = first;
    let flagBytes = 0;
    for (let index = 0; index < most && first + index < source.next; index++) {
      if (!source.read(first + index, interval)) return;
      if (index === 0) this.#start_s = interval.start_s;
      else if (interval.start_s !== this.#start_s + index * source.cadence_s) return;
      if (interval.flags !== 0) flagBytes += headLength(index) + headLength(interval.flags);
      let total = MAX_FIXED_BYTES + flagBytes;
      for (let channel = 0; channel < INTERVAL_CHANNELS; channel++) {
        if (((channels >> channel) & 1) === 0) continue;
        columnBytes[channel] += varintLength(toWire(channel, interval.values[channel]));
        total += headLength(columnBytes[channel]) + columnBytes[channel];
      }
      if (total > room) {
        for (let channel = 0; channel < INTERVAL_CHANNELS; channel++)
          columnBytes[channel] -= varintLength(toWire(channel, interval.values[channel]));
        return;
      }
      if (interval.flags !== 0) this.#flagged++;
      this.#closingDelivered_mWh = interval.closingDelivered_mWh;
      this.#closingReceived_mWh = interval.closingReceived_mWh;
      this.#count++;
    }
  }

  #writeFlags(w: Writer): void {
    writeMapHead(w, this.#flagged);
    for (let index = 0; this.#flagged > 0 && index < this.#count; index++) {
      this.#source.read(this.#first + index, this.#interval);
      if (this.#interval.flags === 0) continue;
      writeUint(w, index);
      writeUint(w, this.#interval.flags);
    }
  }

  #writeColumn(w: Writer, channel: number): void {
    writeBytesHead(w, this.#columnBytes[channel]);
    for (let index = 0; index < this.#count; index++) {
      this.#source.read(this.#first + index, this.#interval);
      writeVarint(w, toWire(channel, this.#interval.values[channel]));
    }
  }
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
  /** Bit mask over {@link IntervalChannel} of what was sent. */
  channels = 0;
  /** Total registers at the end of the last. */
  closingDelivered_mWh = 0;
  closingReceived_mWh = 0;
  /** Bits of IntervalFlag, by interval. */
  flags: number[] = [];
  /** By channel, then by interval; an empty array for a channel that was not sent. */
  values: number[][] = [];
}

/** Reads a block up to the end of `r`. False: it is malformed, and `into` is left half-filled. */
export function decodeBlock(r: Reader, into: Block): boolean {
  const items = readArrayHead(r);
  into.newest = readUint(r);
  into.count = 0;
  into.flags = [];
  into.values = [];
  if (items === 1) return r.ok && r.remaining === 0;
  into.first = readUint(r);
  into.start_s = readUint(r);
  into.cadence_s = readUint(r);
  into.channels = readUint(r);
  into.closingDelivered_mWh = readUint(r);
  into.closingReceived_mWh = readUint(r);
  const flagged = readMapHead(r);
  const flags = new Map<number, number>();
  for (let i = 0; i < flagged; i++) flags.set(readUint(r), readUint(r));
  let columns = 0;
  for (let channel = 0; channel < INTERVAL_CHANNELS; channel++) {
    const column: number[] = [];
    into.values.push(column);
    if (((into.channels >> channel) & 1) === 0) continue;
    readColumn(r, channel, column);
    if (columns++ === 0) into.count = column.length;
    else if (column.length !== into.count) return false;
  }
  for (let index = 0; index < into.count; index++) {
    into.flags.push(flags.get(index) ?? 0);
    flags.delete(index);
  }
  const isWhole = items === FIXED_ITEMS + columns && into.channels <= ALL_CHANNELS && into.count > 0;
  return r.ok && r.remaining === 0 && isWhole && flags.size === 0;
}

function readColumn(r: Reader, channel: number, into: number[]): void {
  const length = readBytes(r);
  const end = r.at;
  r.at -= length;
  while (r.ok && r.at < end) into.push(fromWire(channel, readVarint(r)));
  if (r.at !== end) r.ok = false;
}

function toWire(channel: number, value: number): number {
  if (channel !== IntervalChannel.temperature) return value;
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function fromWire(channel: number, value: number): number {
  if (channel !== IntervalChannel.temperature) return value;
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

function writeVarint(w: Writer, value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) w.u8((rest % 0x80) | 0x80);
  w.u8(rest);
}

function readVarint(r: Reader): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = r.u8();
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      // One form for each number, as everywhere in the block.
      if (!Number.isSafeInteger(value) || (byte === 0 && scale > 1)) r.ok = false;
      return value;
    }
    scale *= 0x80;
  }
}
