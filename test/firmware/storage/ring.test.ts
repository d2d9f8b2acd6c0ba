import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppendRing, RECORD_OVERHEAD_BYTES } from "firmware/storage/ring";
import { FlashResult, type Flash } from "hal/flash";
import { NorFlash } from "../../../host-sim/flash";

const RECORD_BYTES = 32;
const PAYLOAD_BYTES = RECORD_BYTES - RECORD_OVERHEAD_BYTES;
const SECTOR_BYTES = 256;
/** Records in a full sector, beside its header. */
const PER_SECTOR = SECTOR_BYTES / RECORD_BYTES - 1;
const SECTORS = 5;

const makeFlash = (sectors = SECTORS): NorFlash =>
  new NorFlash({ size: sectors * SECTOR_BYTES, sectorBytes: SECTOR_BYTES, pageBytes: 64 });

function payloadOf(n: number): Uint8Array {
  return Uint8Array.from({ length: PAYLOAD_BYTES }, (_, i) => (n * 31 + i * 7) & 0xff);
}

function contents(ring: AppendRing): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let sequence = ring.first; sequence < ring.next; sequence++) {
    const payload = new Uint8Array(PAYLOAD_BYTES);
    if (ring.read(sequence, payload)) found.set(sequence, payload);
  }
  return found;
}

/** Everything from `first` on must read as the model has it. */
function expectModel(ring: AppendRing, model: Uint8Array[], leastKept: number): void {
  expect(ring.next).toBe(model.length + 1);
  expect(ring.first).toBeLessThanOrEqual(Math.max(1, model.length + 1 - leastKept));
  const found = contents(ring);
  expect(found.size).toBe(ring.next - ring.first);
  for (const [sequence, payload] of found) expect(payload).toEqual(model[sequence - 1]);
  const none = new Uint8Array(PAYLOAD_BYTES);
  expect(ring.read(ring.first - 1, none)).toBe(false);
  expect(ring.read(ring.next, none)).toBe(false);
}

/** Hands every program to `fault`, which may change what is programmed or answer a result in its place. */
function faulty(flash: NorFlash, fault: (address: number, from: Uint8Array) => number | undefined): Flash {
  const program = flash.program.bind(flash);
  flash.program = (address, from, length) => {
    const copy = from.slice(0, length);
    return fault(address, copy) ?? program(address, copy, length);
  };
  return flash;
}

describe("the append ring", () => {
  it("is an array of which the oldest part is lost, through wraps and mounts", () => {
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 1, max: 20 }) },
      { weight: 3, arbitrary: fc.constant("mount" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const flash = makeFlash();
        let ring = new AppendRing(flash, RECORD_BYTES);
        const model: Uint8Array[] = [];
        for (const step of steps) {
          if (step === "mount") ring = new AppendRing(flash, RECORD_BYTES);
          else
            for (let i = 0; i < step; i++) {
              model.push(payloadOf(model.length));
              expect(ring.append(model.at(-1)!)).toBe(model.length);
            }
          expectModel(ring, model, (SECTORS - 2) * PER_SECTOR);
        }
      }),
    );
  });

  it("starts empty, with number 1", () => {
    const ring = new AppendRing(makeFlash(), RECORD_BYTES);
    expect([ring.first, ring.next]).toEqual([1, 1]);
    expect(ring.append(payloadOf(0))).toBe(1);
  });

  it("wears all sectors alike, an erase a round", () => {
    const flash = makeFlash();
    const ring = new AppendRing(flash, RECORD_BYTES);
    for (let i = 0; i < 20 * SECTORS * PER_SECTOR; i++) ring.append(payloadOf(i));
    expect(Math.max(...flash.erases) - Math.min(...flash.erases)).toBeLessThanOrEqual(1);
    expect(Math.max(...flash.erases)).toBeLessThanOrEqual(21);
  });

  it("keeps a sector erased ahead, so that no append waits for an erase before it is safe", () => {
    const flash = makeFlash();
    const ring = new AppendRing(flash, RECORD_BYTES);
    const sector = new Uint8Array(SECTOR_BYTES);
    for (let i = 0; i < 3 * SECTORS * PER_SECTOR; i++) {
      ring.append(payloadOf(i));
      const erased = Array.from({ length: SECTORS }, (_, index) => {
        flash.read(index * SECTOR_BYTES, sector, SECTOR_BYTES);
        return sector.every((byte) => byte === 0xff);
      });
      expect(erased).toContain(true);
    }
  });

  it("leaves slots behind that do not take their record", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 40, maxLength: 60 }), (faults) => {
        let call = 0;
        const flash = makeFlash(8);
        const programmed = new Set<number>();
        faulty(flash, (address, from) => {
          expect(programmed.has(address)).toBe(false);
          programmed.add(address);
          // One program in four is torn; the header of a sector never, here.
          if (address % SECTOR_BYTES !== 0 && faults[call++ % faults.length] === 3) from.fill(0xff, 9);
          return undefined;
        });
        const erase = flash.erase.bind(flash);
        flash.erase = (address) => {
          for (let i = 0; i < SECTOR_BYTES; i++) programmed.delete(address + i);
          return erase(address);
        };
        const model: Uint8Array[] = [];
        let ring = new AppendRing(flash, RECORD_BYTES);
        for (let i = 0; i < 120; i++) {
          if (i % 17 === 0) ring = new AppendRing(flash, RECORD_BYTES);
          const sequence = ring.append(payloadOf(i));
          if (sequence === 0) return;
          model.push(payloadOf(i));
          expect(sequence).toBe(model.length);
        }
        expectModel(ring, model, 1);
      }),
      { numRuns: 30 },
    );
  });

  it("goes round a sector that cannot be programmed", () => {
    const flash = makeFlash();
    const bad = 2 * SECTOR_BYTES;
    faulty(flash, (address) =>
      address >= bad && address < bad + SECTOR_BYTES ? FlashResult.failed : undefined,
    );
    let ring = new AppendRing(flash, RECORD_BYTES);
    const model: Uint8Array[] = [];
    for (let i = 0; i < 100; i++) {
      model.push(payloadOf(i));
      expect(ring.append(payloadOf(i))).toBe(model.length);
      if (i % 13 === 0) ring = new AppendRing(flash, RECORD_BYTES);
      expectModel(ring, model, (SECTORS - 3) * PER_SECTOR);
    }
  });

  it("answers 0 where the flash takes nothing, and goes on when it does again", () => {
    const flash = makeFlash();
    let broken = false;
    faulty(flash, () => (broken ? FlashResult.failed : undefined));
    const ring = new AppendRing(flash, RECORD_BYTES);
    expect(ring.append(payloadOf(0))).toBe(1);
    broken = true;
    expect(ring.append(payloadOf(1))).toBe(0);
    broken = false;
    expect(ring.append(payloadOf(1))).toBe(2);
    expect(contents(ring).get(2)).toEqual(payloadOf(1));
  });

  it("mounts what a cut left, at every byte of every program", () => {
    class Cut extends Error {}
    const total = 40;
    for (let cutProgram = 0; cutProgram < total + 8; cutProgram++) {
      for (let cutByte = 0; cutByte <= RECORD_BYTES; cutByte += 5) {
        const flash = makeFlash(3);
        let programs = 0;
        const cut = faulty(flash, (_, from) => {
          if (programs++ !== cutProgram) return undefined;
          from.fill(0xff, cutByte);
          return undefined;
        });
        const read = flash.read.bind(flash);
        flash.read = (address, into, length) => {
          if (programs === cutProgram + 1) throw new Cut();
          return read(address, into, length);
        };
        const model: Uint8Array[] = [];
        try {
          const ring = new AppendRing(cut, RECORD_BYTES);
          for (let i = 0; i < total; i++) {
            ring.append(payloadOf(i));
            model.push(payloadOf(i));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Cut);
        }
        programs = cutProgram + 2;
        const ring = new AppendRing(flash, RECORD_BYTES);
        // The record being written when power failed may have got through whole.
        if (ring.next === model.length + 2) model.push(payloadOf(model.length));
        expectModel(ring, model, PER_SECTOR);
        model.push(payloadOf(99));
        expect(ring.append(payloadOf(99))).toBe(model.length);
        expectModel(new AppendRing(flash, RECORD_BYTES), model, PER_SECTOR);
      }
    }
  });

  it("does not believe a damaged record, and reads the others", () => {
    const flash = makeFlash();
    const ring = new AppendRing(flash, RECORD_BYTES);
    for (let i = 0; i < 10; i++) ring.append(payloadOf(i));
    flash.program(3 * RECORD_BYTES + 12, Uint8Array.of(0), 1);
    expect([...contents(ring).keys()]).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10]);
    expect([...contents(new AppendRing(flash, RECORD_BYTES)).keys()]).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("mounts flash that was never erased, and refuses sizes that do not fit", () => {
    const flash = makeFlash();
    for (let page = 0; page < flash.size; page += 64) flash.program(page, new Uint8Array(64).fill(0x5a), 64);
    const ring = new AppendRing(flash, RECORD_BYTES);
    for (let i = 0; i < 50; i++) expect(ring.append(payloadOf(i))).toBe(i + 1);
    expect(() => new AppendRing(makeFlash(2), RECORD_BYTES)).toThrow();
    expect(() => new AppendRing(makeFlash(), 24)).toThrow();
  });
});
