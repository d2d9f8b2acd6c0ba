import { describe, expect, it } from "vitest";
import type { RetainedMemory } from "hal/retained-memory";

/** The contract of hal/retained-memory.ts. `make` answers the same memory each time, as a restart does. */
export function retainedMemoryContract(name: string, make: () => RetainedMemory): void {
  describe(`${name} as a RetainedMemory`, () => {
    it("has room for a meter's accumulators", () => {
      expect(make().size).toBeGreaterThanOrEqual(1024);
    });

    it("keeps what was written through a restart", () => {
      const before = make();
      expect(before.write(3, Uint8Array.of(1, 2, 3, 4), 3)).toBe(true);
      expect(before.write(before.size - 1, Uint8Array.of(9), 1)).toBe(true);
      const into = new Uint8Array(4).fill(7);
      const after = make();
      expect(after.read(3, into, 3)).toBe(true);
      expect(Array.from(into)).toEqual([1, 2, 3, 7]);
      expect(after.read(after.size - 1, into, 1)).toBe(true);
      expect(into[0]).toBe(9);
    });

    it("is written byte by byte, and nothing beside it", () => {
      const memory = make();
      memory.write(0, new Uint8Array(16).fill(0x55), 16);
      memory.write(5, Uint8Array.of(0xff, 0x00), 2);
      const into = new Uint8Array(16);
      memory.read(0, into, 16);
      for (let i = 0; i < 16; i++) expect(into[i]).toBe(i === 5 ? 0xff : i === 6 ? 0 : 0x55);
    });

    it("refuses what lies outside", () => {
      const memory = make();
      const bytes = Uint8Array.of(1, 2);
      for (const address of [-1, memory.size - 1, memory.size]) {
        expect(memory.read(address, bytes, 2)).toBe(false);
        expect(memory.write(address, bytes, 2)).toBe(false);
      }
      expect(memory.read(0, bytes, 3)).toBe(false);
      expect(memory.write(0, bytes, 3)).toBe(false);
      expect(memory.read(0, bytes, -1)).toBe(false);
      expect(memory.write(0, bytes, -1)).toBe(false);
      expect(Array.from(bytes)).toEqual([1, 2]);
    });
  });
}
