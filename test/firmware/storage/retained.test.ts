import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RetainedRecords } from "firmware/storage/retained";
import type { RetainedMemory } from "hal/retained-memory";
import { SimulatedRetainedMemory } from "../../../host-sim/retained-memory";

const LAYOUT = 7;
const BYTES = 12;

function record(memory: RetainedMemory, layout = LAYOUT) {
  return new RetainedRecords(memory).next(layout, BYTES);
}

function save(memory: RetainedMemory, value: number): void {
  const kept = record(memory);
  const writer = kept.at(0);
  for (let i = 0; i < BYTES / 4; i++) writer.u32(value);
  kept.save();
}

/** The value kept, or undefined where nothing good is. */
function valueIn(memory: RetainedMemory): number | undefined {
  const kept = record(memory);
  const reader = kept.open();
  const value = reader.u32();
  for (let i = 1; i < BYTES / 4; i++) expect(reader.u32()).toBe(value);
  return kept.found ? value : undefined;
}

describe("a retained record", () => {
  it("is not there in memory that nobody wrote, whatever it holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (content) => {
        const memory = new SimulatedRetainedMemory();
        memory.bytes.set(content);
        expect(valueIn(memory)).toBeUndefined();
      }),
    );
    for (const fill of [0, 0xff]) {
      const memory = new SimulatedRetainedMemory();
      memory.bytes.fill(fill);
      expect(valueIn(memory)).toBeUndefined();
    }
  });

  it("is the one saved last", () => {
    const memory = new SimulatedRetainedMemory();
    for (let value = 1; value < 10; value++) {
      save(memory, value);
      expect(valueIn(memory)).toBe(value);
    }
  });

  it("is the one before where a save was cut off at any byte", () => {
    const memory = new SimulatedRetainedMemory();
    for (let value = 1; value < 40; value++) {
      const before = memory.bytes.slice();
      save(memory, value);
      const after = memory.bytes.slice();
      for (let cut = 0; cut < 64; cut++) {
        memory.bytes.set(before);
        memory.bytes.set(after.subarray(0, cut));
        const found = valueIn(memory);
        // Bytes that happen to be the same already may make the copy whole early.
        expect(found === value - 1 || found === value || (value === 1 && found === undefined)).toBe(true);
      }
      memory.bytes.set(after);
    }
  });

  it("is the one before where any bit of the newer copy has flipped", () => {
    const memory = new SimulatedRetainedMemory();
    save(memory, 1);
    const older = memory.bytes.slice();
    save(memory, 2);
    for (let byte = 0; byte < memory.size; byte++) {
      if (memory.bytes[byte] === older[byte]) continue;
      for (let bit = 0; bit < 8; bit++) {
        memory.bytes[byte] ^= 1 << bit;
        expect(valueIn(memory)).toBe(1);
        memory.bytes[byte] ^= 1 << bit;
      }
    }
  });

  it("of another layout is none", () => {
    const memory = new SimulatedRetainedMemory();
    save(memory, 5);
    expect(record(memory, LAYOUT + 1).found).toBe(false);
    expect(record(memory).found).toBe(true);
  });

  it("is not kept where there is no room for it, and does no harm", () => {
    const memory = new SimulatedRetainedMemory();
    const records = new RetainedRecords(memory);
    const first = records.next(LAYOUT, BYTES);
    const tooLarge = records.next(LAYOUT, memory.size);
    first.save();
    tooLarge.save();
    expect(record(memory).found).toBe(true);
  });
});
