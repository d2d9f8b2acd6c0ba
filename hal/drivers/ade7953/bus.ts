import { Register, UNLOCK } from "hal/drivers/ade7953/registers";
import { SteadyBus } from "hal/drivers/steady-bus";
import type { Spi } from "hal/spi";

const READ = 0x80;
const WRITE = 0x00;
/** Address and command, before the data. */
const HEADER = 3;
const MAX_WRITES = 8;

/** Registers over SPI: 16 bits of address, a byte that says read or write, then 1 to 4 bytes of data by the page. */
export class Bus extends SteadyBus {
  readonly #spi: Spi;
  /** By page: a frame of the length that its registers need. */
  readonly #frames: readonly Uint8Array[];

  constructor(spi: Spi) {
    super();
    this.#spi = spi;
    this.#frames = [1, 2, 3, 4].map((width) => new Uint8Array(HEADER + width));
  }

  /** Registers of 32 bits are signed, the others are not. */
  read(address: number): number {
    const frame = this.#frames[address >> 8];
    frame[0] = address >> 8;
    frame[1] = address;
    frame[2] = READ;
    for (let i = HEADER; i < frame.length; i++) frame[i] = 0;
    this.#spi.transfer(frame);
    let value = 0;
    for (let i = HEADER; i < frame.length; i++) value = (value << 8) | frame[i];
    return value;
  }

  /** Writes and reads back. False when they never agree. */
  write(address: number, value: number): boolean {
    for (let i = 0; i < MAX_WRITES; i++) {
      if (address === Register.OPTIMUM) this.writeUnchecked(Register.UNLOCK, UNLOCK);
      this.writeUnchecked(address, value);
      if (this.readSteady(address) === value) return true;
    }
    return false;
  }

  writeUnchecked(address: number, value: number): void {
    const frame = this.#frames[address >> 8];
    frame[0] = address >> 8;
    frame[1] = address;
    frame[2] = WRITE;
    for (let i = frame.length - 1, rest = value; i >= HEADER; i--, rest >>= 8) frame[i] = rest;
    this.#spi.transfer(frame);
  }
}
