import { describe, expect, it } from "vitest";
import type { I2c } from "hal/i2c";

/** A chip that answers what it was written last, inverted and over and over, and a place where no chip is. */
export interface I2cRig {
  i2c: I2c;
  absent: I2c;
  /** What the chip was sent, from start to stop. */
  frames: () => number[][];
}

/** The contract of hal/i2c.ts. */
export function i2cContract(name: string, make: () => I2cRig): void {
  describe(`${name} as an I2c`, () => {
    it("writes", () => {
      const { i2c, frames } = make();
      expect(i2c.write(Uint8Array.of(1, 2, 0x12))).toBe(true);
      expect(i2c.write(Uint8Array.of(3))).toBe(true);
      expect(frames()).toEqual([[1, 2, 0x12], [3]]);
    });

    it("writes and reads in one transfer, and leaves alone what it writes", () => {
      const { i2c, frames } = make();
      const bytes = Uint8Array.of(1, 2);
      const whole = new Uint8Array(5);
      expect(i2c.writeRead(bytes, whole.subarray(1, 4))).toBe(true);
      expect(Array.from(whole)).toEqual([0, 0xfe, 0xfd, 0xfe, 0]);
      expect(Array.from(bytes)).toEqual([1, 2]);
      expect(frames()).toEqual([[1, 2]]);
    });

    it("says so where no chip acknowledges", () => {
      const { absent } = make();
      expect(absent.write(Uint8Array.of(1))).toBe(false);
      expect(absent.writeRead(Uint8Array.of(1), new Uint8Array(1))).toBe(false);
    });
  });
}
