import { expect } from "vitest";
import { AppendRing, RECORD_OVERHEAD_BYTES, type RingOptions } from "firmware/storage/ring";
import { NodeCipher } from "../../../host-sim/cipher";
import { NorFlash } from "../../../host-sim/flash";
import { SeededEntropy } from "../../../host-sim/node";
import { Random } from "../../../host-sim/random";

export const RECORD_BYTES = 32;
export const PAYLOAD_BYTES = RECORD_BYTES - RECORD_OVERHEAD_BYTES;
export const SECTOR_BYTES = 256;
export const SLOTS = SECTOR_BYTES / RECORD_BYTES;
export const SECTORS = 5;
export const KEY = new Uint8Array(16).fill(0x5a);
export const STORE = 9;

export const makeFlash = (sectors = SECTORS, seed = 1): NorFlash =>
  new NorFlash({
    size: sectors * SECTOR_BYTES,
    sectorBytes: SECTOR_BYTES,
    pageBytes: 64,
    random: new Random(seed, "flash"),
  });

/** A start of the device: each has random numbers of its own, by how often the flash was read before it. */
export const mount = (flash: NorFlash, options: Partial<RingOptions> = {}): AppendRing =>
  new AppendRing({
    flash,
    cipher: new NodeCipher().aesCcm(KEY),
    entropy: new SeededEntropy(new Random(flash.reads, "salts")),
    store: STORE,
    recordBytes: RECORD_BYTES,
    ...options,
  });

export function payloadOf(n: number): Uint8Array {
  return Uint8Array.from(
    { length: PAYLOAD_BYTES },
    (_, i) => (i < 2 ? n >> (8 - 8 * i) : n * 31 + i * 7) & 0xff,
  );
}

/** The numbers of the records kept, by position; copies in a row as one. */
export function walk(ring: AppendRing): Map<number, number> {
  const found = new Map<number, number>();
  const payload = new Uint8Array(PAYLOAD_BYTES);
  let last = -1;
  for (let position = ring.oldest; position < ring.end; position++) {
    if (!ring.read(position, payload)) continue;
    const number = payload[0] * 256 + payload[1];
    if (Buffer.compare(payload, payloadOf(number)) !== 0) expect.fail(`record ${number} is garbled`);
    if (number < last) expect.fail(`record ${number} after ${last}`);
    if (number !== last) found.set(number, position);
    last = number;
  }
  return found;
}

/** The newest `least` of `count` records are kept, and nothing after them. */
export function expectKept(ring: AppendRing, count: number, least: number): void {
  const kept = [...walk(ring).keys()];
  expect(kept.filter((number) => number >= count)).toEqual([]);
  const from = Math.max(0, count - least);
  expect(kept.filter((number) => number >= from)).toEqual(
    Array.from({ length: count - from }, (_, i) => from + i),
  );
}

export const erasesOf = (flash: NorFlash): number => flash.erases.reduce((sum, count) => sum + count, 0);
