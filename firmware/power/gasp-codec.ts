/** The body of `POST /gasp`: last gasps of several meters (docs/cddl/gasp.cddl). */
import {
  readArrayHead,
  readBytes,
  readInt,
  readUint,
  writeArrayHead,
  writeBytes,
  writeBytesHead,
  writeInt,
  writeUint,
} from "firmware/codec/cbor";
import { Reader, type Writer } from "firmware/codec/cursor";

/** The resource of meters, collectors and the head end that takes gasps. */
export const GASP_PATH = "gasp";
export const EUI64_BYTES = 8;
/** Of the longest body: with all headers on its way to a neighbour it fits a frame. */
export const GASPS_BYTES = 156;
/** In one message. */
export const MAX_GASPS = 64;

/** Items of a message before its times. */
const HEAD_ITEMS = 3;
/** Bytes of a message beside its times and EUI-64s, at most: heads of the array and the strings, and the first time. */
const HEAD_BYTES = 2 + 5 + 1 + 2;
const UNKNOWN = -1;
/** That a clock may have: 2106. */
const MAX_UTC_s = 4_294_967_295;

/** One meter's last gasp. Made once and reused. */
export class Gasp {
  readonly eui64 = new Uint8Array(EUI64_BYTES);
  /** UTC at which its supply failed, rounded; 0 where that is not known. */
  failed_s = 0;
}

/** Gasps as columns, a row each. */
export interface GaspColumns {
  /** 8 bytes each. */
  readonly eui64: Uint8Array;
  /** As of {@link Gasp}. */
  readonly failed_s: Uint32Array;
}

/** One message: takes gasps as long as it has room. What they have in common, it says once. */
export class GaspMessage {
  count = 0;
  readonly #columns: GaspColumns;
  readonly #rows = new Uint16Array(MAX_GASPS);
  /** Bytes with which all EUI-64s begin. */
  #common = EUI64_BYTES;
  /** The earliest and the latest of the times that are known; 0 where none is. */
  #since_s = 0;
  #last_s = 0;

  constructor(columns: GaspColumns) {
    this.#columns = columns;
  }

  /** False: there is no room for it. */
  take(row: number): boolean {
    const failed_s = this.#columns.failed_s[row];
    const isEarliest = failed_s > 0 && (this.#since_s === 0 || failed_s < this.#since_s);
    const since_s = isEarliest ? failed_s : this.#since_s;
    const last_s = Math.max(this.#last_s, failed_s);
    const common = this.count === 0 ? EUI64_BYTES : Math.min(this.#common, this.inCommon(row));
    const bytesEach = EUI64_BYTES - common + uintBytes(last_s - since_s);
    if (this.count === MAX_GASPS || HEAD_BYTES + common + (this.count + 1) * bytesEach > GASPS_BYTES)
      return false;
    this.#rows[this.count++] = row;
    this.#common = common;
    this.#since_s = since_s;
    this.#last_s = last_s;
    return true;
  }

  write(w: Writer): void {
    const { eui64, failed_s } = this.#columns;
    const common = this.#common;
    const rest = EUI64_BYTES - common;
    writeArrayHead(w, HEAD_ITEMS + this.count);
    writeUint(w, this.#since_s);
    writeBytes(w, eui64, EUI64_BYTES * this.#rows[0], common);
    writeBytesHead(w, rest * this.count);
    for (let i = 0; i < this.count; i++) w.copy(eui64, EUI64_BYTES * this.#rows[i] + common, rest);
    for (let i = 0; i < this.count; i++) {
      const at_s = failed_s[this.#rows[i]];
      writeInt(w, at_s === 0 ? UNKNOWN : at_s - this.#since_s);
    }
  }

  /** How many bytes the EUI-64s of a row and of the first one have in common. */
  private inCommon(row: number): number {
    const { eui64 } = this.#columns;
    const first = this.#rows[0];
    let i = 0;
    while (i < EUI64_BYTES && eui64[EUI64_BYTES * first + i] === eui64[EUI64_BYTES * row + i]) i++;
    return i;
  }
}

/** Of an unsigned integer in CBOR. */
function uintBytes(value: number): number {
  return value < 24 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : 5;
}

/** Reads one message after the other, each gasp by gasp. */
export class GaspReader {
  readonly gasp = new Gasp();
  readonly #reader = new Reader(this.gasp.eui64);
  #since_s = 0;
  #left = 0;
  /** How many bytes all EUI-64s begin with, which {@link gasp} has already; and where the rest of the next one is. */
  #common = 0;
  #at = 0;

  /** Checks a message of `length` bytes from `offset` on. False: it is malformed, and there is nothing to read. */
  begin(bytes: Uint8Array, offset: number, length: number): boolean {
    const r = this.#reader;
    r.reset(bytes, offset, offset + length);
    if (!this.head()) return false;
    while (this.next());
    if (!r.ok || this.#left > 0 || r.remaining > 0) return false;
    r.reset(bytes, offset, offset + length);
    return this.head();
  }

  /** The next one is in {@link gasp}; false at the end. */
  next(): boolean {
    const r = this.#reader;
    const { gasp } = this;
    if (this.#left === 0) return false;
    const after_s = readInt(r);
    gasp.failed_s = after_s === UNKNOWN ? 0 : this.#since_s + after_s;
    if (!r.ok || after_s < UNKNOWN || gasp.failed_s > MAX_UTC_s) return false;
    for (let i = this.#common; i < EUI64_BYTES; i++) gasp.eui64[i] = r.bytes[this.#at++]!;
    this.#left--;
    return true;
  }

  private head(): boolean {
    const r = this.#reader;
    const { eui64 } = this.gasp;
    this.#left = readArrayHead(r) - HEAD_ITEMS;
    this.#since_s = readUint(r);
    const common = readBytes(r);
    if (!r.ok || this.#left <= 0 || this.#left > MAX_GASPS || common > EUI64_BYTES) return false;
    for (let i = 0; i < common; i++) eui64[i] = r.bytes[r.at - common + i]!;
    const rest = readBytes(r);
    this.#common = common;
    this.#at = r.at - rest;
    return r.ok && rest === this.#left * (EUI64_BYTES - common);
  }
}
