import { describe, expect, it } from "vitest";
import { FlashResult, type Flash } from "hal/flash";

/**
 * The contract of hal/flash.ts. `make` answers an erased partition of at least two sectors.
 */
export function flashContract(name: string, make: () => Flash): void {
  describe(`${name} as a Flash`, () => {
    const content = (flash: Flash, address: number, length: number): Uint8Array => {
      const bytes = new Uint8Array(length);
      expect(flash.read(address, bytes, length)).toBe(FlashResult.ok);
      return bytes;
    };

    it("has whole sectors of whole pages", () => {
      const flash = make();
      expect(flash.size % flash.sectorBytes).toBe(0);
      expect(flash.sectorBytes % flash.pageBytes).toBe(0);
      expect(flash.size).toBeGreaterThanOrEqual(2 * flash.sectorBytes);
    });

    it("reads ones after an erase", () => {
      const flash = make();
      flash.program(0, Uint8Array.of(0), 1);
      expect(flash.erase(0)).toBe(FlashResult.ok);
      expect(content(flash, 0, flash.sectorBytes).every((byte) => byte === 0xff)).toBe(true);
    });

    it("programs ones to zeros and never back", () => {
      const flash = make();
      expect(flash.program(16, Uint8Array.of(0b1100_1010, 0x12), 1)).toBe(FlashResult.ok);
      expect(content(flash, 15, 3)).toEqual(Uint8Array.of(0xff, 0b1100_1010, 0xff));
      expect(flash.program(16, Uint8Array.of(0b1010_1111), 1)).toBe(FlashResult.ok);
      expect(content(flash, 16, 1)).toEqual(Uint8Array.of(0b1000_1010));
    });

    it("erases one sector and no other", () => {
      const flash = make();
      const second = flash.sectorBytes;
      flash.program(second - 1, Uint8Array.of(1), 1);
      flash.program(second, Uint8Array.of(2), 1);
      expect(flash.erase(second)).toBe(FlashResult.ok);
      expect(content(flash, second - 1, 2)).toEqual(Uint8Array.of(1, 0xff));
    });

    it("programs up to the end of a page, and refuses to cross it", () => {
      const flash = make();
      const two = Uint8Array.of(0, 0);
      expect(flash.program(flash.pageBytes - 2, two, 2)).toBe(FlashResult.ok);
      expect(flash.program(2 * flash.pageBytes - 1, two, 2)).toBe(FlashResult.misaligned);
      expect(content(flash, 2 * flash.pageBytes - 1, 2)).toEqual(Uint8Array.of(0xff, 0xff));
    });

    it("refuses to erase within a sector", () => {
      expect(make().erase(1)).toBe(FlashResult.misaligned);
    });

    it("refuses what lies outside", () => {
      const flash = make();
      const bytes = new Uint8Array(2);
      for (const address of [-1, flash.size - 1, flash.size]) {
        expect(flash.read(address, bytes, 2)).toBe(FlashResult.outOfRange);
        expect(flash.program(address, bytes, 2)).toBe(FlashResult.outOfRange);
      }
      expect(flash.erase(flash.size)).toBe(FlashResult.outOfRange);
      expect(flash.read(0, bytes, 3)).toBe(FlashResult.outOfRange);
    });

    it("reads across sectors", () => {
      const flash = make();
      flash.program(flash.sectorBytes - 1, Uint8Array.of(7), 1);
      expect(content(flash, flash.sectorBytes - 2, 4)).toEqual(Uint8Array.of(0xff, 7, 0xff, 0xff));
    });
  });
}
