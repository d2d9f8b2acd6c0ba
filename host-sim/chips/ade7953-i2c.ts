import type { I2c } from "hal/i2c";
import type { Spi } from "hal/spi";

const ADDRESS_BYTES = 2;
const READ = 0x80;
const WRITE = 0x00;
const LONGEST = 4;

/**
 * An ADE7953 as its I2C pins show it (data sheet, "I2C Interface"): the same registers as behind its SPI pins, where
 * the nature of a transfer is in I2C's own address byte.
 */
export class Ade7953OverI2c implements I2c {
  /** Nobody acknowledges: the chip is away, or the lines are dead. */
  absent = false;
  readonly #chip: Spi;

  /** @param chip its SPI pins, which may be noisy */
  constructor(chip: Spi) {
    this.#chip = chip;
  }

  write(bytes: Uint8Array): boolean {
    if (this.absent) return false;
    if (bytes.length > ADDRESS_BYTES)
      this.#chip.transfer(Uint8Array.of(bytes[0], bytes[1], WRITE, ...bytes.subarray(ADDRESS_BYTES)));
    return true;
  }

  writeRead(bytes: Uint8Array, into: Uint8Array): boolean {
    if (this.absent || into.length > LONGEST) return false;
    const frame = Uint8Array.of(bytes[0], bytes[1], READ, ...into);
    this.#chip.transfer(frame);
    into.set(frame.subarray(ADDRESS_BYTES + 1));
    return true;
  }
}
