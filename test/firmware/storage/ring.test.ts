import { createDecipheriv } from "node:crypto";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppendRing, RECORD_OVERHEAD_BYTES, type RingOptions } from "firmware/storage/ring";
import { FlashResult } from "hal/flash";
import { NodeCipher } from "../../../host-sim/cipher";
import { NorFlash } from "../../../host-sim/flash";
import { PowerLoss, PowerSupply, type Cut } from "../../../host-sim/flash-faults";
import { SeededEntropy } from "../../../host-sim/node";
import { Random } from "../../../host-sim/random";

const RECORD_BYTES = 32;
const PAYLOAD_BYTES = RECORD_BYTES - RECORD_OVERHEAD_BYTES;
const SECTOR_BYTES = 256;
const SLOTS = SECTOR_BYTES / RECORD_BYTES;
const SECTORS = 5;
const KEY = new Uint8Array(16).fill(0x5a);
const STORE = 9;

const makeFlash = (sectors = SECTORS, seed = 1): NorFlash =>
  new NorFlash({
    size: sectors * SECTOR_BYTES,
    sectorBytes: SECTOR_BYTES,
    pageBytes: 64,
    random: new Random(seed, "flash"),
  });

let starts = 0;
/** A start of the device: each has random numbers of its own. */
const mount = (flash: NorFlash, options: Partial<RingOptions> = {}): AppendRing =>
  new AppendRing({
    flash,
    cipher: new NodeCipher().aesCcm(KEY),
    entropy: new SeededEntropy(new Random(starts++, "salts")),
    store: STORE,
    recordBytes: RECORD_BYTES,
    ...options,
  });

function payloadOf(n: number): Uint8Array {
  return Uint8Array.from(
    { length: PAYLOAD_BYTES },
    (_, i) => (i < 2 ? n >> (8 - 8 * i) : n * 31 + i * 7) & 0xff,
  );
}

/** The numbers of the records kept, by position; copies in a row as one. */
function walk(ring: AppendRing): Map<number, number> {
  const found = new Map<number, number>();
  const payload = new Uint8Array(PAYLOAD_BYTES);
  let last = -1;
  for (let position = ring.oldest; position < ring.end; position++) {
    if (!ring.read(position, payload)) continue;
    const number = payload[0]! * 256 + payload[1]!;
    if (Buffer.compare(payload, payloadOf(number)) !== 0) expect.fail(`record ${number} is garbled`);
    if (number < last) expect.fail(`record ${number} after ${last}`);
    if (number !== last) found.set(number, position);
    last = number;
  }
  return found;
}

/** The newest `least` of `count` records are kept, and nothing after them. */
function expectKept(ring: AppendRing, count: number, least: number): void {
  const kept = [...walk(ring).keys()];
  expect(kept.filter((number) => number >= count)).toEqual([]);
  const from = Math.max(0, count - least);
  expect(kept.filter((number) => number >= from)).toEqual(
    Array.from({ length: count - from }, (_, i) => from + i),
  );
}

const erasesOf = (flash: NorFlash): number => flash.erases.reduce((sum, count) => sum + count, 0);

describe("the append ring", () => {
  it("is a list of which the oldest part is lost, through wraps and starts", () => {
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 1, max: 20 }) },
      { weight: 3, arbitrary: fc.constantFrom("start" as const, "prepare" as const, "urgent" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const flash = makeFlash();
        let ring = mount(flash);
        let count = 0;
        for (const step of steps) {
          if (step === "start") ring = mount(flash);
          else if (step === "prepare") ring.prepare();
          else if (step === "urgent") {
            const erases = erasesOf(flash);
            if (ring.appendWithoutErase(payloadOf(count)) !== 0) count++;
            expect(erasesOf(flash)).toBe(erases);
          } else {
            for (let i = 0; i < step; i++) {
              const { end } = ring;
              expect(ring.append(payloadOf(count++))).toBeGreaterThanOrEqual(end);
            }
          }
          // A start takes three slots at most, of seven in a sector.
          expectKept(ring, count, 4 * (SECTORS - 2));
        }
      }),
    );
  });

  it("starts empty", () => {
    const ring = mount(makeFlash());
    expect(ring.oldest).toBe(ring.end);
    expect(ring.foreign).toBe(false);
    expect(ring.append(payloadOf(0))).toBeGreaterThan(0);
    expect(ring.oldest).toBeLessThan(ring.end);
  });

  it("keeps all but two sectors full", () => {
    const ring = mount(makeFlash());
    for (let i = 0; i < 200; i++) {
      ring.append(payloadOf(i));
      ring.prepare();
      expectKept(ring, i + 1, (SECTORS - 2) * (SLOTS - 1));
    }
  });

  it("never waits for an erase where the next sector was prepared, and fails rather than to", () => {
    const flash = makeFlash();
    const ring = mount(flash);
    expect(ring.appendWithoutErase(payloadOf(0))).toBe(0);
    for (let i = 0; i < 100; i++) {
      ring.prepare();
      expect(ring.prepared).toBe(true);
      const erases = erasesOf(flash);
      expect(ring.appendWithoutErase(payloadOf(i))).toBeGreaterThan(0);
      expect(erasesOf(flash)).toBe(erases);
    }
    while (ring.appendWithoutErase(payloadOf(100)) !== 0);
    expect(ring.prepared).toBe(false);
  });

  it("wears all sectors alike, an erase a round", () => {
    const flash = makeFlash();
    const ring = mount(flash);
    for (let i = 0; i < 20 * SECTORS * (SLOTS - 1); i++) ring.append(payloadOf(i));
    expect(Math.max(...flash.erases) - Math.min(...flash.erases)).toBeLessThanOrEqual(1);
    expect(Math.max(...flash.erases)).toBeLessThanOrEqual(21);
  });

  it("writes nothing at a start after a start, however often", () => {
    const flash = makeFlash();
    const ring = mount(flash);
    for (let i = 0; i < 30; i++) ring.append(payloadOf(i));
    mount(flash);
    const { programs } = flash;
    const erases = erasesOf(flash);
    for (let i = 0; i < 300; i++) expectKept(mount(flash), 30, 14);
    expect([flash.programs, erasesOf(flash)]).toEqual([programs, erases]);
  });

  it("mounts within a header a sector and two sectors of slots", () => {
    const flash = makeFlash(40);
    let ring = mount(flash);
    for (let i = 0; i < 500; i++) {
      ring.append(payloadOf(i));
      if (i % 3 === 0) ring.prepare();
      const reads = flash.reads;
      if (i % 20 === 19) ring = mount(flash);
      expect(flash.reads - reads).toBeLessThanOrEqual(40 + 2 * SLOTS + 16);
    }
  });
});

describe("the append ring over power losses", () => {
  const cut: fc.Arbitrary<Cut> = fc.oneof(
    fc.constantFrom<Cut>({ how: "before" }, { how: "after" }),
    fc.record({ how: fc.constant("torn" as const), bytes: fc.nat(RECORD_BYTES), weak: fc.boolean() }),
    fc.record({
      how: fc.constant("mask" as const),
      done: fc.constantFrom(0, 0.1, 0.5, 0.99),
      weak: fc.constantFrom(0, 0.5, 1),
    }),
  );
  const life = fc.record({ operations: fc.nat(40), cut, prepares: fc.boolean() });

  it("loses nothing that was acknowledged, and shows nothing that was not once and for all", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(life, { maxLength: 12 }), (seed, lives) => {
        const flash = makeFlash(SECTORS, seed);
        const supply = new PowerSupply();
        supply.feed(flash);
        let count = 0;
        for (const { operations, cut, prepares } of lives) {
          supply.cutAt(supply.operations + operations, cut);
          let isUnderWay = false;
          try {
            const ring = mount(flash);
            for (;;) {
              isUnderWay = true;
              expect(ring.append(payloadOf(count))).toBeGreaterThan(0);
              isUnderWay = false;
              count++;
              if (prepares) ring.prepare();
            }
          } catch (error) {
            expect(error).toBeInstanceOf(PowerLoss);
          }
          const ring = mount(flash);
          // What was under way may have got through.
          if (isUnderWay && walk(ring).has(count)) count++;
          expectKept(ring, count, 4);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("writes a record again that reads well by chance, before it is shown", () => {
    let shown = 0;
    for (let seed = 0; seed < 100; seed++) {
      const flash = makeFlash(SECTORS, seed);
      const ring = mount(flash);
      for (let i = 0; i < 10; i++) ring.append(payloadOf(i));
      const supply = new PowerSupply();
      supply.feed(flash);
      supply.cutAt(0, { how: "mask", done: 0.99, weak: 1 });
      expect(() => ring.append(payloadOf(10))).toThrow(PowerLoss);
      if (!walk(mount(flash)).has(10)) continue;
      shown++;
      for (let i = 0; i < 20; i++) expect(walk(mount(flash)).has(10)).toBe(true);
    }
    expect(shown).toBeGreaterThan(10);
  });
});

describe("the append ring on bad flash", () => {
  it("leaves slots behind that do not take their record", () => {
    const stuck = new Uint8Array(SECTOR_BYTES);
    for (let slot = 2; slot < SLOTS; slot += 2) stuck[slot * RECORD_BYTES + 5] = 0xff;
    const flash = makeFlash(8);
    for (let sector = 0; sector < 8; sector++) flash.breakSector(sector, stuck);
    let ring = mount(flash);
    for (let i = 0; i < 200; i++) {
      expect(ring.append(payloadOf(i))).toBeGreaterThan(0);
      if (i % 17 === 0) ring = mount(flash);
      expectKept(ring, i + 1, 6);
    }
  });

  it.each(["fails" as const, "sticks" as const])("goes round a sector that %s, in each place", (how) => {
    for (let bad = 0; bad < SECTORS; bad++) {
      for (const goesBadAt of [0, 50]) {
        const flash = makeFlash();
        let ring = mount(flash);
        for (let i = 0; i < 120; i++) {
          if (i === goesBadAt)
            flash.breakSector(bad, how === "fails" ? how : new Uint8Array(SECTOR_BYTES).fill(0x10));
          expect(ring.append(payloadOf(i))).toBeGreaterThan(0);
          if (i % 3 === 0) ring.prepare();
          if (i % 13 === 0) ring = mount(flash);
          expectKept(ring, i + 1, 4);
        }
      }
    }
  });

  it("gives up three sectors at most where the flash takes nothing, and goes on when it does again", () => {
    const flash = makeFlash(8);
    const ring = mount(flash);
    for (let i = 0; i < 56; i++) ring.append(payloadOf(i));
    const program = flash.program.bind(flash);
    flash.program = () => FlashResult.failed;
    for (let i = 0; i < 20; i++) expect(ring.append(payloadOf(56))).toBe(0);
    expectKept(mount(flash), 56, 4 * (SLOTS - 1));
    flash.program = program;
    expect(ring.append(payloadOf(56))).toBeGreaterThan(0);
    expectKept(mount(flash), 57, 4 * (SLOTS - 1));
  });

  it("does not believe a damaged record, and reads the others", () => {
    const flash = makeFlash();
    const ring = mount(flash);
    for (let i = 0; i < 10; i++) ring.append(payloadOf(i));
    flash.program(3 * RECORD_BYTES + 12, Uint8Array.of(0), 1);
    for (const again of [ring, mount(flash)])
      expect([...walk(again).keys()]).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("takes over flash full of noise", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed, "noise");
        const flash = makeFlash();
        for (let page = 0; page < flash.size; page += 64)
          flash.program(
            page,
            Uint8Array.from({ length: 64 }, () => random.below(256)),
            64,
          );
        let ring = mount(flash);
        for (let i = 0; i < 60; i++) {
          expect(ring.append(payloadOf(i))).toBeGreaterThan(0);
          if (i % 9 === 0) ring = mount(flash);
          expectKept(ring, i + 1, 4);
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ["store", { store: STORE + 1 }],
    ["record size", { recordBytes: 64 }],
    ["key", { cipher: new NodeCipher().aesCcm(new Uint8Array(16)) }],
  ])("reports another %s, and erases one sector at a time", (_what, options) => {
    const flash = makeFlash();
    const other = mount(flash, options);
    for (let i = 0; i < 40; i++) other.append(new Uint8Array(64).fill(i));
    const before = flash.erases.slice();
    const ring = mount(flash);
    expect(ring.foreign).toBe(true);
    expect(ring.oldest).toBe(ring.end);
    expect(flash.erases).toEqual(before);
    ring.append(payloadOf(0));
    expect(erasesOf(flash)).toBe(before.reduce((sum, count) => sum + count, 0) + 1);
    for (let i = 1; i < 60; i++) ring.append(payloadOf(i));
    const again = mount(flash);
    expectKept(again, 60, 4 * (SECTORS - 2));
    expect(again.foreign).toBe(false);
  });

  it("refuses sizes that do not fit", () => {
    expect(() => mount(makeFlash(2))).toThrow();
    expect(() => mount(makeFlash(), { recordBytes: 24 })).toThrow();
    expect(() => mount(makeFlash(), { recordBytes: 16 })).toThrow();
  });
});

describe("the format of docs/storage-format.md", () => {
  const flash = makeFlash();
  const ring = mount(flash);
  for (let i = 0; i < 10 + SECTORS * (SLOTS - 1); i++) ring.append(payloadOf(i));
  const sector = new Uint8Array(SECTOR_BYTES);
  flash.read(SECTOR_BYTES, sector, SECTOR_BYTES);
  const view = new DataView(sector.buffer);

  it("has a header of 28 bytes", () => {
    expect(new TextDecoder().decode(sector.subarray(0, 3))).toBe("WMR");
    expect(sector[3]).toBe(2);
    expect([view.getUint16(4), view.getUint16(6), view.getUint16(8)]).toEqual([STORE, RECORD_BYTES, SECTORS]);
    // The sector is in its second round.
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([SECTORS + 1, 2]);
    expect(view.getUint32(24)).toBe(crc32(sector.subarray(0, 24)));
    expect(sector.subarray(28, 32)).toEqual(new Uint8Array(4).fill(0xff));
  });

  it("has records in AES-CCM with a tag of 8 bytes and a nonce of 13", () => {
    const slot = 2;
    const nonce = new Uint8Array(13);
    nonce[0] = STORE;
    nonce.set(sector.subarray(10, 16), 1);
    nonce.set(sector.subarray(16, 20), 7);
    nonce[12] = slot;
    const record = sector.subarray(slot * RECORD_BYTES, (slot + 1) * RECORD_BYTES);
    const decipher = createDecipheriv("aes-128-ccm", KEY, nonce, { authTagLength: 8 });
    decipher.setAuthTag(record.subarray(PAYLOAD_BYTES));
    const payload = new Uint8Array(decipher.update(record.subarray(0, PAYLOAD_BYTES)));
    decipher.final();
    expect(payload).toEqual(payloadOf((SECTORS + 1) * (SLOTS - 1) + slot - 1));
  });
});
