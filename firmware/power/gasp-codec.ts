/** The body of `POST /gasp`: last gasps of several meters (docs/cddl/gasp.cddl). */
import {
  readArrayHead,
  readBytes,
  readInt,
  readUint,
  writeArrayHead,
  writeBytes,
  writeInt,
  writeUint,
} from "firmware/codec/cbor";
import { Reader, type Writer } from "firmware/codec/cursor";

/** The resource of meters, collectors and the head end that takes gasps. */
export const GASP_PATH = "gasp";
/** In one message: with starts and times of at most two bytes it fits a frame. */
export const MAX_GASPS = 12;
/** Of the longest body. */
export const GASPS_BYTES = 2 + 9 + MAX_GASPS * (9 + 5 + 9);

const EUI64_BYTES = 8;
/** Items of a gasp, after the one that all share. */
const ITEMS = 3;
const UNKNOWN = -1;
const MAX_START = 0xffffffff;
/** That a clock may have: 2106. */
const MAX_UTC_ms = 4_294_967_295_000;

/** One meter's last gasp. Made once and reused. */
export class Gasp {
  readonly eui64 = new Uint8Array(EUI64_BYTES);
  /** Number of the start of its software, over its life. */
  start = 0;
  /** UTC at which its supply failed; 0 where that is not known. */
  failed_ms = 0;
}

/** @param since_ms the earliest of the times that are known, 0 where none is */
export function writeGaspsHead(w: Writer, count: number, since_ms: number): void {
  writeArrayHead(w, 1 + ITEMS * count);
  writeUint(w, since_ms);
}

/** @param eui64 holds it from `offset` on */
export function writeGasp(
  w: Writer,
  eui64: Uint8Array,
  offset: number,
  start: number,
  failed_ms: number,
  since_ms: number,
): void {
  writeBytes(w, eui64, offset, EUI64_BYTES);
  writeUint(w, start);
  writeInt(w, failed_ms === 0 ? UNKNOWN : failed_ms - since_ms);
}

/** Reads one message after the other, each gasp by gasp. */
export class GaspReader {
  readonly gasp = new Gasp();
  readonly #reader = new Reader(this.gasp.eui64);
  #since_ms = 0;
  #left = 0;

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
    if (readBytes(r) !== EUI64_BYTES) return false;
    for (let i = 0; i < EUI64_BYTES; i++) gasp.eui64[i] = r.bytes[r.at - EUI64_BYTES + i]!;
    gasp.start = readUint(r);
    const after_ms = readInt(r);
    gasp.failed_ms = after_ms === UNKNOWN ? 0 : this.#since_ms + after_ms;
    if (!r.ok || gasp.start > MAX_START || after_ms < UNKNOWN || gasp.failed_ms > MAX_UTC_ms) return false;
    this.#left--;
    return true;
  }

  private head(): boolean {
    const items = readArrayHead(this.#reader) - 1;
    this.#since_ms = readUint(this.#reader);
    this.#left = items / ITEMS;
    return this.#reader.ok && items >= ITEMS && items % ITEMS === 0 && this.#left <= MAX_GASPS;
  }
}
