import { describe, expect, it } from "vitest";
import { KEY_BYTES } from "hal/cipher";
import type { Identity } from "hal/identity";

/** The contract of hal/identity.ts. `make` answers the same node each time. */
export function identityContract(name: string, make: () => Identity): void {
  describe(`${name} as an Identity`, () => {
    it("has an EUI-64 of one node", () => {
      const { eui64 } = make();
      expect(eui64.length).toBe(8);
      // The lowest bit of the first byte marks groups.
      expect(eui64[0] & 1).toBe(0);
      expect(eui64.some((byte) => byte !== 0)).toBe(true);
    });

    it("has a model and a serial number in printable ASCII without spaces", () => {
      const { model, serial } = make();
      for (const text of [model, serial]) {
        expect(text.length).toBeGreaterThan(0);
        for (let i = 0; i < text.length; i++) {
          expect(text.charCodeAt(i)).toBeGreaterThan(0x20);
          expect(text.charCodeAt(i)).toBeLessThan(0x7f);
        }
      }
    });

    it("has a key for its storage", () => {
      const { storageKey } = make();
      expect(storageKey.length).toBe(KEY_BYTES);
      expect(storageKey.some((byte) => byte !== 0)).toBe(true);
    });

    it("stays the same", () => {
      const first = make();
      const second = make();
      expect(Array.from(second.eui64)).toEqual(Array.from(first.eui64));
      expect(Array.from(second.storageKey)).toEqual(Array.from(first.storageKey));
      expect(second.model).toBe(first.model);
      expect(second.serial).toBe(first.serial);
    });
  });
}
