import { describe, expect, it } from "vitest";
import type { Entropy } from "hal/entropy";

/** The contract of hal/entropy.ts. */
export function entropyContract(name: string, make: () => Entropy): void {
  describe(`${name} as an Entropy`, () => {
    it("fills every byte with any value", () => {
      const entropy = make();
      const bytes = new Uint8Array(16);
      const seen = bytes.slice();
      const sums = new Float64Array(bytes.length);
      const counts = new Float64Array(256);
      for (let k = 0; k < 1_000; k++) {
        entropy.fill(bytes);
        for (let i = 0; i < bytes.length; i++) {
          seen[i] |= bytes[i];
          sums[i] += bytes[i];
          counts[bytes[i]]++;
        }
      }
      for (let i = 0; i < bytes.length; i++) {
        expect(seen[i]).toBe(0xff);
        // Six standard deviations of the mean of 1,000.
        expect(Math.abs(sums[i] / 1_000 - 127.5)).toBeLessThan(14);
      }
      for (let value = 0; value < 256; value++) expect(counts[value]).toBeGreaterThan(0);
    });

    it("fills what it is given, and nothing beside it", () => {
      const entropy = make();
      const bytes = new Uint8Array(40);
      entropy.fill(bytes.subarray(4, 36));
      expect(Array.from(bytes.slice(0, 4))).toEqual([0, 0, 0, 0]);
      expect(Array.from(bytes.slice(36))).toEqual([0, 0, 0, 0]);
      entropy.fill(new Uint8Array(0));
    });

    it("does not repeat itself", () => {
      const entropy = make();
      const seen: string[] = [];
      for (let k = 0; k < 100; k++) {
        const bytes = new Uint8Array(8);
        entropy.fill(bytes);
        expect(seen.indexOf(bytes.join())).toBe(-1);
        seen.push(bytes.join());
      }
    });
  });
}
