/**
 * CBOR (RFC 8949) over cursors, in the core deterministic form of its section 4.2.1: definite lengths and shortest
 * arguments only; whoever writes a map sorts its keys. Integers run from -2^53 to 2^53-1. What is not of this form,
 * does not fit or is not of the type asked for clears the cursor's `ok`; reads then answer 0.
 */
import type { Reader, Writer } from "firmware/codec/cursor";

/** Major types (RFC 8949, section 3.1). */
export const Major = Object.freeze({
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  simple: 7,
});

const NULL = 0xf6;
const TWO_32 = 0x100000000;
const MAX_HIGH_WORD = 0x1fffff;

function writeHead(w: Writer, major: number, argument: number): void {
  const initial = major << 5;
  if (argument < 24) {
    w.u8(initial | argument);
  } else if (argument < 0x100) {
    w.u8(initial | 24);
    w.u8(argument);
  } else if (argument < 0x10000) {
    w.u8(initial | 25);
    w.u16(argument);
  } else if (argument < TWO_32) {
    w.u8(initial | 26);
    w.u32(argument);
  } else {
    w.u8(initial | 27);
    w.u32(Math.floor(argument / TWO_32));
    w.u32(argument >>> 0);
  }
}

/** Writes an integer from 0 to 2^53-1. */
export function writeUint(w: Writer, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) writeHead(w, Major.unsigned, value);
  else w.ok = false;
}

/** Writes an integer from -(2^53-1) to 2^53-1. */
export function writeInt(w: Writer, value: number): void {
  if (!Number.isSafeInteger(value)) w.ok = false;
  else if (value >= 0) writeHead(w, Major.unsigned, value);
  else writeHead(w, Major.negative, -1 - value);
}

/** Writes `length` bytes of `bytes`, from `offset` on, as a byte string. */
export function writeBytes(w: Writer, bytes: Uint8Array, offset: number, length: number): void {
  writeHead(w, Major.bytes, length);
  w.copy(bytes, offset, length);
}

/** Starts a byte string; the caller then writes its `length` bytes. */
export function writeBytesHead(w: Writer, length: number): void {
  writeHead(w, Major.bytes, length);
}

/** Starts an array; the caller then writes its `count` items. */
export function writeArrayHead(w: Writer, count: number): void {
  writeHead(w, Major.array, count);
}

/** Starts a map; the caller then writes `count` pairs of key and value, keys in bytewise order. */
export function writeMapHead(w: Writer, count: number): void {
  writeHead(w, Major.map, count);
}

export function writeNull(w: Writer): void {
  w.u8(NULL);
}

/** The {@link Major} type of the next item, which stays where it is; -1 at the end or after an error. */
export function peekMajor(r: Reader): number {
  return r.ok && r.at < r.end ? r.bytes[r.at] >> 5 : -1;
}

/** Takes a head of any type but a float or simple value, and answers its argument. */
function readArgument(r: Reader): number {
  const information = r.u8() & 31;
  if (information < 24) return information;
  let argument: number;
  let least: number;
  if (information === 24) {
    argument = r.u8();
    least = 24;
  } else if (information === 25) {
    argument = r.u16();
    least = 0x100;
  } else if (information === 26) {
    argument = r.u32();
    least = 0x10000;
  } else {
    // 28 to 30 are reserved and 31 is an indefinite length: section 3.
    const high = information === 27 ? r.u32() : TWO_32;
    argument = high * TWO_32 + r.u32();
    least = high > MAX_HIGH_WORD ? Infinity : TWO_32;
  }
  if (r.ok && argument >= least) return argument;
  r.ok = false;
  return 0;
}

function readHead(r: Reader, major: number): number {
  if (peekMajor(r) === major) return readArgument(r);
  r.ok = false;
  return 0;
}

/** Reads an unsigned integer. */
export function readUint(r: Reader): number {
  return readHead(r, Major.unsigned);
}

/** Reads a signed integer. */
export function readInt(r: Reader): number {
  if (peekMajor(r) !== Major.negative) return readHead(r, Major.unsigned);
  const argument = readArgument(r);
  return r.ok ? -1 - argument : 0;
}

/** Takes a byte string whole and answers its length; its bytes end where the reader then stands. */
export function readBytes(r: Reader): number {
  return readString(r, Major.bytes);
}

function readString(r: Reader, major: number): number {
  const length = readHead(r, major);
  return r.take(length) < 0 ? 0 : length;
}

/** Takes the head of an array and answers how many items follow: never more than there are bytes left. */
export function readArrayHead(r: Reader): number {
  return readCount(r, Major.array, 1);
}

/** Takes the head of a map and answers how many pairs follow: never more than the bytes left allow. */
export function readMapHead(r: Reader): number {
  return readCount(r, Major.map, 2);
}

function readCount(r: Reader, major: number, itemsEach: number): number {
  const count = readHead(r, major);
  if (count * itemsEach <= r.remaining) return count;
  r.ok = false;
  return 0;
}

/**
 * Passes over one item of any type with all that it contains. It counts the items still to come and keeps no stack,
 * so depth costs nothing.
 */
export function skip(r: Reader): void {
  let items = 1;
  while (items > 0 && r.ok) {
    items--;
    const major = peekMajor(r);
    if (major === Major.simple) {
      skipSimple(r);
    } else if (major === Major.bytes || major === Major.text) {
      readString(r, major);
    } else if (major === Major.array) {
      items += readArrayHead(r);
    } else if (major === Major.map) {
      items += 2 * readMapHead(r);
    } else {
      readArgument(r);
      if (major === Major.tag) items++;
    }
  }
}

/** A simple value, or a float of 2, 4 or 8 bytes (section 3.3). */
function skipSimple(r: Reader): void {
  const information = r.u8() & 31;
  if (information < 24) return;
  if (information === 24) {
    if (r.u8() < 32) r.ok = false;
  } else if (information < 28) {
    r.take(1 << (information - 24));
  } else {
    r.ok = false;
  }
}
