import type { AppendRing } from "firmware/storage/ring";

/** Reads the first good record from `position` on, before `end`. Answers where it is, or -1. */
export function readFrom(ring: AppendRing, position: number, end: number, into: Uint8Array): number {
  for (let at = position; at < end; at++) if (ring.read(at, into)) return at;
  return -1;
}

/** Reads the last good record before `position`. Answers where it is, or -1. */
export function readBefore(ring: AppendRing, position: number, into: Uint8Array): number {
  for (let at = position - 1; at >= ring.oldest; at--) if (ring.read(at, into)) return at;
  return -1;
}

/**
 * Where the records of a ring begin whose numbers are `number` or above. Numbers stand in 4 bytes at `offset` of the
 * payload, and rise with the positions, or stay.
 * @param into what is looked at on the way
 * @returns a position up to the ring's end; from there on the first good record is the first of them
 */
export function positionOf(ring: AppendRing, number: number, offset: number, into: Uint8Array): number {
  let low = ring.oldest;
  let high = ring.end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = readFrom(ring, middle, high, into);
    if (at < 0 || numberAt(into, offset) >= number) high = middle;
    else low = at + 1;
  }
  return low;
}

function numberAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
