import { readArrayHead, readInt, readMapHead, readUint } from "firmware/codec/cbor";
import type { Reader } from "firmware/codec/cursor";

/** Reads an integer; one that is not in `[low, high]` clears the reader's `ok` and answers `low`. */
export function readRange(r: Reader, low: number, high: number): number {
  const value = readInt(r);
  if (value >= low && value <= high) return value;
  r.ok = false;
  return low;
}

/** Reads a map's next key, which must be `key`, and its value as {@link readRange} does. */
export function readField(r: Reader, key: number, low: number, high: number): number {
  expectKey(r, key);
  return readRange(r, low, high);
}

export function expectKey(r: Reader, key: number): void {
  if (readUint(r) !== key) r.ok = false;
}

export function expectMap(r: Reader, pairs: number): void {
  if (readMapHead(r) !== pairs) r.ok = false;
}

/** Reads the head of an array that has `[low, high]` items, and answers how many; 0 where it has not. */
export function readItems(r: Reader, low: number, high: number): number {
  const count = readArrayHead(r);
  if (count >= low && count <= high) return count;
  r.ok = false;
  return 0;
}
