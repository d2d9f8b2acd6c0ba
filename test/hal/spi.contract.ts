import { describe, expect, it } from "vitest";
import type { Spi } from "hal/spi";

/** A bus with a chip that answers each byte inverted, and what the chip was sent each time it was selected. */
export interface SpiRig {
  spi: Spi;
  frames: () => number[][];
}

/** The contract of hal/spi.ts. */
export function spiContract(name: string, make: () => SpiRig): void {
  describe(`${name} as an Spi`, () => {
    it("puts the chip's answer into the bytes that it sent", () => {
      const { spi, frames } = make();
      const buffer = Uint8Array.of(0x80, 0x01, 0xff, 0x00);
      spi.transfer(buffer);
      expect(Array.from(buffer)).toEqual([0x7f, 0xfe, 0x00, 0xff]);
      expect(frames()).toEqual([[0x80, 0x01, 0xff, 0x00]]);
    });

    it("selects the chip for one transfer, and releases it", () => {
      const { spi, frames } = make();
      spi.transfer(Uint8Array.of(1, 2));
      spi.transfer(Uint8Array.of(3));
      expect(frames()).toEqual([[1, 2], [3]]);
    });

    it("transfers part of a larger buffer and leaves the rest", () => {
      const { spi } = make();
      const whole = Uint8Array.of(1, 2, 3, 4);
      spi.transfer(whole.subarray(1, 3));
      expect(Array.from(whole)).toEqual([1, 0xfd, 0xfc, 4]);
    });
  });
}
