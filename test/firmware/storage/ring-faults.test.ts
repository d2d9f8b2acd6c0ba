import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlashResult } from "hal/flash";
import { NodeCipher } from "../../../host-sim/cipher";
import { PowerLoss, PowerSupply, type Cut } from "../../../host-sim/flash-faults";
import { Random } from "../../../host-sim/random";
import {
  erasesOf,
  expectKept,
  makeFlash,
  mount,
  payloadOf,
  RECORD_BYTES,
  SECTOR_BYTES,
  SECTORS,
  SLOTS,
  STORE,
  walk,
} from "./ring-rig";

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
