/** Writes the load profile block of `/lp`: docs/interval-codec.md states every bit. */
import { writeArrayHead, writeBytesHead, writeUint } from "firmware/codec/cbor";
import type { Writer } from "firmware/codec/cursor";
import { RangeEncoder } from "firmware/codec/range-coder";
import {
  CHECK_BITS,
  Check,
  DEFAULT_SCALE,
  ENERGIES,
  ITEMS,
  LENGTH_BITS,
  MAX_NUMBERS,
  Primer,
  REGISTERS,
  closingOf,
  columnsOf,
  dayOf,
  isAsked,
  type IntervalSource,
} from "firmware/intervals/block";
import { INTERVAL_CHANNELS, Interval } from "firmware/intervals/interval";
import { ValueModel } from "firmware/intervals/model";

/** Head of the longest body that there may be. */
const MAX_HEAD_BYTES = 3;
const TWO_32 = 0x100000000;

/** Made for an answer: what it takes is many times what it leaves behind, the primer. */
export class BlockEncoder {
  readonly #source: IntervalSource;
  readonly #primer: Primer;
  readonly #interval = new Interval();
  /** By interval: its flags, then its asked channels from the lowest up. */
  readonly #numbers = new Float64Array(MAX_NUMBERS);
  readonly #openings_mWh = new Float64Array(REGISTERS);
  /** Energies up to the end of the last interval staged: total registers, or since the block began; levels as they are. */
  readonly #running = new Float64Array(INTERVAL_CHANNELS);
  readonly #check = new Check();
  #start_s = 0;

  constructor(source: IntervalSource, primer = new Primer()) {
    this.#source = source;
    this.#primer = primer;
  }

  /**
   * Writes the intervals after number `since`: as many as follow each other in number, time and registers, at most
   * `most`, and no more than there is room for.
   * @param channels bit mask over IntervalChannel, not 0
   * @param scale energies are told in units of 10^scale mWh (mvarh, mVAh), up to MAX_SCALE
   * @param held how many intervals up to `since` the reader holds without a gap
   * @returns how many intervals were written
   */
  encode(w: Writer, since: number, most: number, channels: number, scale = DEFAULT_SCALE, held = 0): number {
    const source = this.#source;
    const begin = w.at;
    let first = Math.max(since + 1, source.first);
    while (first < source.next && !source.read(first, this.#interval)) first++;
    if (first >= source.next) {
      writeArrayHead(w, 1);
      writeUint(w, source.next - 1);
      return 0;
    }
    let count = Math.min(most, Math.floor(MAX_NUMBERS / columnsOf(channels)));
    while (w.ok) {
      count = this.stage(first, count, channels, 10 ** scale);
      this.write(w, first, count, channels, scale, first === since + 1 ? held : 0);
      if (w.ok || count === 1) return w.ok ? count : 0;
      // It did not fit. Half of it may: an empty block would say that there is none.
      count >>= 1;
      w.at = begin;
      w.ok = true;
    }
    return 0;
  }

  /** Takes up to `most` intervals from number `first` on into the numbers that stand for them; answers how many. */
  private stage(first: number, most: number, channels: number, unit_mWh: number): number {
    const source = this.#source;
    const interval = this.#interval;
    const numbers = this.#numbers;
    let at = 0;
    let count = 0;
    while (count < most && first + count < source.next && source.read(first + count, interval)) {
      if (count === 0) this.open(channels);
      else if (!this.continues(count, channels)) break;
      numbers[at++] = interval.flags;
      for (let channel = 0; channel < INTERVAL_CHANNELS; channel++)
        if (isAsked(channels, channel)) numbers[at++] = this.numberOf(channel, unit_mWh);
      count++;
    }
    return count;
  }

  private open(channels: number): void {
    const interval = this.#interval;
    this.#start_s = interval.start_s;
    this.#running.fill(0);
    for (let channel = 0; channel < REGISTERS; channel++) {
      if (!isAsked(channels, channel)) continue;
      this.#openings_mWh[channel] = closingOf(interval, channel) - interval.values[channel];
      this.#running[channel] = this.#openings_mWh[channel];
    }
  }

  private continues(count: number, channels: number): boolean {
    const interval = this.#interval;
    if (interval.start_s !== this.#start_s + count * this.#source.cadence_s) return false;
    for (let channel = 0; channel < REGISTERS; channel++) {
      const opening_mWh = closingOf(interval, channel) - interval.values[channel];
      if (isAsked(channels, channel) && opening_mWh !== this.#running[channel]) return false;
    }
    return true;
  }

  private numberOf(channel: number, unit: number): number {
    const value = this.#interval.values[channel];
    const before = this.#running[channel];
    const after = channel < ENERGIES ? before + value : value;
    this.#running[channel] = after;
    if (channel < ENERGIES) return Math.floor(after / unit) - Math.floor(before / unit);
    return after < before ? 2 * (before - after) - 1 : 2 * (after - before);
  }

  private write(
    w: Writer,
    first: number,
    count: number,
    channels: number,
    scale: number,
    held: number,
  ): void {
    const { next, cadence_s } = this.#source;
    const primer = this.#primer;
    const check = this.#check;
    const unit_mWh = 10 ** scale;
    check.clear();
    primer.clear();
    if (held > 0) primer.load(this.#source, first, held, unit_mWh);
    if (primer.end_s !== this.#start_s) primer.clear();
    for (let channel = 0; channel < REGISTERS; channel++) {
      const leadsHere = primer.closing_mWh[channel] === this.#openings_mWh[channel];
      if (isAsked(channels, channel) && !leadsHere) primer.clear();
    }
    writeArrayHead(w, ITEMS);
    this.item(w, next - 1);
    this.item(w, first);
    this.item(w, this.#start_s);
    this.item(w, cadence_s);
    this.item(w, channels);
    this.item(w, scale);
    this.item(w, count);
    this.item(w, primer.count);
    const head = w.take(MAX_HEAD_BYTES);
    if (head < 0) return;
    this.writeBody(w, count, channels, unit_mWh);
    const length = w.at - head - MAX_HEAD_BYTES;
    w.at = head;
    if (!w.ok) return;
    writeBytesHead(w, length);
    w.bytes.copyWithin(w.at, head + MAX_HEAD_BYTES, head + MAX_HEAD_BYTES + length);
    w.at += length;
  }

  private item(w: Writer, value: number): void {
    writeUint(w, value);
    this.#check.add(value);
  }

  private writeBody(w: Writer, count: number, channels: number, unit_mWh: number): void {
    const coder = new RangeEncoder(w);
    const check = this.#check;
    for (let channel = 0; channel < REGISTERS; channel++) {
      if (!isAsked(channels, channel)) continue;
      const opening_mWh = this.#openings_mWh[channel];
      check.add(opening_mWh);
      if (this.#primer.count > 0) continue;
      const bits = bitLength(opening_mWh);
      coder.bits(bits, LENGTH_BITS);
      coder.bits(opening_mWh, bits);
    }
    const model = new ValueModel(this.#primer.count + count, dayOf(this.#source.cadence_s));
    const columns = columnsOf(channels);
    let column = 0;
    this.writeColumn(coder, model, count, column++, columns);
    for (let channel = 0; channel < INTERVAL_CHANNELS; channel++) {
      if (!isAsked(channels, channel)) continue;
      model.clear();
      this.#primer.prime(model, channel);
      this.writeColumn(coder, model, count, column++, columns);
    }
    for (let channel = 0; channel < ENERGIES; channel++) {
      if (!isAsked(channels, channel)) continue;
      const remainder = this.#running[channel] % unit_mWh;
      check.add(remainder);
      coder.symbol(remainder, 1, unit_mWh);
    }
    coder.bits(check.word, CHECK_BITS);
    coder.finish();
  }

  private writeColumn(
    coder: RangeEncoder,
    model: ValueModel,
    count: number,
    column: number,
    columns: number,
  ) {
    for (let index = 0; index < count; index++) {
      const number = this.#numbers[index * columns + column];
      this.#check.add(number);
      model.encode(coder, number);
    }
  }
}

/** Fewest bits that hold an integer from 0 to 2^53-1. */
function bitLength(value: number): number {
  const high = Math.floor(value / TWO_32);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(value);
}
