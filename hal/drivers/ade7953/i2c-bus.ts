import { Bus, framesByPage, putValue, valueIn } from "hal/drivers/ade7953/bus";
import type { I2c } from "hal/i2c";

/** Of the chip, which has no other. */
export const I2C_ADDRESS = 0x38;
/** At most. */
export const I2C_HZ = 400_000;

const HEADER = 2;
/** What a line that nobody drives reads. */
const FLOATING = 0xff;

/** Registers over I2C (data sheet, "I2C Interface"): 16 bits of address, then 1 to 4 bytes of data by the page. */
export class I2cBus extends Bus {
  readonly #i2c: I2c;
  readonly #pointer = new Uint8Array(HEADER);
  readonly #answers = framesByPage(0);
  readonly #frames = framesByPage(HEADER);

  /** @param i2c the chip at {@link I2C_ADDRESS}, at most {@link I2C_HZ} */
  constructor(i2c: I2c) {
    super();
    this.#i2c = i2c;
  }

  read(address: number): number {
    const answer = this.#answers[address >> 8];
    this.#pointer[0] = address >> 8;
    this.#pointer[1] = address;
    if (!this.#i2c.writeRead(this.#pointer, answer)) answer.fill(FLOATING);
    return valueIn(answer, 0);
  }

  writeUnchecked(address: number, value: number): void {
    const frame = this.#frames[address >> 8];
    frame[0] = address >> 8;
    frame[1] = address;
    putValue(frame, HEADER, value);
    this.#i2c.write(frame);
  }
}
