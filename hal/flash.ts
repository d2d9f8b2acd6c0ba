/**
 * A partition of NOR flash. Bits are programmed from 1 to 0 only; an erase sets a sector's bits to 1.
 *
 * Calls block: a program up to 3 ms a page, an erase up to 400 ms. At a power loss the running operation may have
 * been done in part. Addresses are relative to the partition. Every call answers a {@link FlashResult}.
 */
export interface Flash {
  readonly size: number;
  readonly sectorBytes: number;
  /** A program must not cross a multiple of this. */
  readonly pageBytes: number;

  read(address: number, into: Uint8Array, length: number): number;
  program(address: number, from: Uint8Array, length: number): number;
  /** Erases the sector that starts at `address`. */
  erase(address: number): number;
}

export const FlashResult = Object.freeze({ ok: 0, outOfRange: 1, misaligned: 2, failed: 3 });
