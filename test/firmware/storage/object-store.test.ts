import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_OBJECT_BYTES, ObjectStore } from "firmware/storage/object-store";
import { FlashResult } from "hal/flash";
import { NorFlash } from "../../../host-sim/flash";
import { PowerLoss, PowerSupply, type Cut } from "../../../host-sim/flash-faults";
import { Random } from "../../../host-sim/random";
import { testRing } from "../../support/ring";

const KINDS = 4;
const mount = (flash: NorFlash): ObjectStore => new ObjectStore(testRing(flash, 256), KINDS);
const makeFlash = (seed = 1): NorFlash => new NorFlash({ size: 3 * 4096, random: new Random(seed, "flash") });

function objectOf(tag: number): Uint8Array {
  return Uint8Array.from({ length: tag % (MAX_OBJECT_BYTES + 1) }, (_, i) => (tag >> (8 * (i % 3))) & 0xff);
}

function read(store: ObjectStore, kind: number): Uint8Array | undefined {
  const into = new Uint8Array(MAX_OBJECT_BYTES);
  const length = store.read(kind, into);
  return length < 0 ? undefined : into.slice(0, length);
}

describe("the object store", () => {
  it("is an array of latest objects, through wraps and starts", () => {
    const step = fc.oneof(
      { weight: 10, arbitrary: fc.tuple(fc.nat(KINDS - 1), fc.nat(100_000)) },
      { weight: 2, arbitrary: fc.constantFrom("start" as const, "prepare" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
        const flash = makeFlash();
        let store = mount(flash);
        const model = new Array<Uint8Array | undefined>(KINDS).fill(undefined);
        for (const step of steps) {
          if (step === "start") store = mount(flash);
          else if (step === "prepare") store.prepare();
          else {
            const [kind, tag] = step;
            model[kind] = objectOf(tag);
            expect(store.write(kind, model[kind], model[kind].length)).toBe(true);
          }
        }
        for (const again of [store, mount(flash)])
          expect(model.map((_, kind) => read(again, kind))).toEqual(model);
      }),
      { numRuns: 30 },
    );
  });

  it("keeps an object that was written once, whatever the others do", () => {
    const flash = makeFlash();
    let store = mount(flash);
    store.write(0, objectOf(77), 77);
    for (let i = 0; i < 300; i++) {
      store.write(1 + (i % 3), objectOf(i), objectOf(i).length);
      if (i % 7 === 0) store = mount(flash);
      expect(read(store, 0)).toEqual(objectOf(77));
    }
  });

  it("has the old object or the new one after a power loss, whole", () => {
    const cut: fc.Arbitrary<Cut> = fc.oneof(
      fc.record({ how: fc.constant("torn" as const), bytes: fc.nat(256), weak: fc.boolean() }),
      fc.record({
        how: fc.constant("mask" as const),
        done: fc.constantFrom(0.1, 0.99),
        weak: fc.constantFrom(0, 1),
      }),
    );
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.tuple(fc.nat(60), cut), { maxLength: 6 }), (seed, lives) => {
        const flash = makeFlash(seed);
        const supply = new PowerSupply();
        supply.feed(flash);
        const model = new Array<Uint8Array | undefined>(KINDS).fill(undefined);
        let tag = 0;
        for (const [operations, cut] of lives) {
          let kind = 0;
          supply.cutAt(supply.operations + operations, cut);
          try {
            const store = mount(flash);
            for (;;) {
              kind = ++tag % 5 === 0 ? 1 : 2 + (tag % 2);
              if (tag === 1) kind = 0;
              expect(store.write(kind, objectOf(tag), objectOf(tag).length)).toBe(true);
              model[kind] = objectOf(tag);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(PowerLoss);
          }
          const store = mount(flash);
          const found = read(store, kind);
          if (found !== undefined && Buffer.compare(found, objectOf(tag)) === 0) model[kind] = found;
          expect(model.map((_, index) => read(store, index))).toEqual(model);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("says so where an object does not fit or the flash does not take it", () => {
    const flash = makeFlash();
    const store = mount(flash);
    expect(store.read(0, new Uint8Array(8))).toBe(-1);
    store.write(0, objectOf(20), 20);
    expect(store.read(0, new Uint8Array(19))).toBe(-1);
    flash.program = () => FlashResult.failed;
    expect(store.write(0, objectOf(30), 30)).toBe(false);
    expect(read(store, 0)).toEqual(objectOf(20));
  });
});
