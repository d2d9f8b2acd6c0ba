/**
 * A range coder (G. N. N. Martin, 1979) over whole bytes: docs/interval-codec.md, "Range coder". Frequencies are
 * counts of a total of at most 2^16. All numbers are integers below 2^53, so that every engine writes the same bytes.
 */
import type { Reader, Writer } from "firmware/codec/cursor";

const TWO_32 = 0x100000000;
const TWO_24 = 0x1000000;
const BITS_A_STEP = 16;

/** Writes the symbols of a message as bytes. */
export class RangeEncoder {
  readonly #writer: Writer;
  readonly #start: number;
  #low = 0;
  #range = TWO_32 - 1;

  /** Begins the message where `writer` stands. */
  constructor(writer: Writer) {
    this.#writer = writer;
    this.#start = writer.at;
  }

  /** Writes the symbol that takes `[below, below + frequency)` of `[0, total)`; `total` is at most 2^16. */
  symbol(below: number, frequency: number, total: number): void {
    const step = Math.floor(this.#range / total);
    this.#low += step * below;
    this.#range = step * frequency;
    if (this.#low >= TWO_32) this.carry();
    while (this.#range < TWO_24) {
      this.shift();
      this.#range *= 256;
    }
  }

  /** Writes the lowest `count` bits of `value`, of which each is as likely 0 as 1. */
  bits(value: number, count: number): void {
    let rest = value;
    for (let left = count; left > 0; left -= BITS_A_STEP) {
      const total = 1 << Math.min(left, BITS_A_STEP);
      this.symbol(rest % total, 1, total);
      rest = Math.floor(rest / total);
    }
  }

  /** Ends the message with as few bytes as tell it from all others: beyond its end a reader sees zeros. */
  finish(): void {
    const w = this.#writer;
    for (let unit = TWO_32; unit >= 1; unit /= 256) {
      const code = Math.ceil(this.#low / unit) * unit;
      if (code >= this.#low + this.#range) continue;
      this.#low = code;
      if (this.#low >= TWO_32) this.carry();
      break;
    }
    while (this.#low > 0) this.shift();
    while (w.ok && w.at > this.#start && w.bytes[w.at - 1] === 0) w.at--;
  }

  private shift(): void {
    this.#writer.u8(Math.floor(this.#low / TWO_24));
    this.#low = (this.#low % TWO_24) * 256;
  }

  private carry(): void {
    const { bytes } = this.#writer;
    let at = this.#writer.at - 1;
    while (at > this.#start && bytes[at] === 0xff) bytes[at--] = 0;
    bytes[at]++;
    this.#low -= TWO_32;
  }
}

/** Reads what a {@link RangeEncoder} wrote; from any other bytes it reads some symbols. */
export class RangeDecoder {
  readonly #reader: Reader;
  readonly #start: number;
  readonly #end: number;
  #code = 0;
  #range = TWO_32 - 1;

  /** Takes `length` bytes of `reader`. */
  constructor(reader: Reader, length: number) {
    this.#reader = reader;
    this.#start = reader.at;
    this.#end = reader.at + length;
    for (let i = 0; i < 4; i++) this.shift();
  }

  /** Where in `[0, total)` the next symbol lies; {@link take} must follow. */
  peek(total: number): number {
    return Math.min(total - 1, Math.floor(this.#code / Math.floor(this.#range / total)));
  }

  take(below: number, frequency: number, total: number): void {
    const step = Math.floor(this.#range / total);
    this.#code -= step * below;
    this.#range = step * frequency;
    while (this.#range < TWO_24) {
      this.shift();
      this.#range *= 256;
    }
  }

  bits(count: number): number {
    let value = 0;
    let scale = 1;
    for (let left = count; left > 0; left -= BITS_A_STEP) {
      const total = 1 << Math.min(left, BITS_A_STEP);
      const part = this.peek(total);
      this.take(part, 1, total);
      value += part * scale;
      scale *= total;
    }
    return value;
  }

  /** Whether the bytes could be a whole message: none is left, the last is not 0. */
  get isWhole(): boolean {
    const r = this.#reader;
    return r.ok && r.at === this.#end && (r.at === this.#start || r.bytes[r.at - 1] !== 0);
  }

  private shift(): void {
    const r = this.#reader;
    this.#code = (this.#code % TWO_24) * 256 + (r.at < this.#end ? r.u8() : 0);
  }
}
