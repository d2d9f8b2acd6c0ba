import { Bus, framesByPage, putValue, valueIn } from "hal/drivers/ade7953/bus";
import type { Spi } from "hal/spi";

const READ = 0x80;
const WRITE = 0x00;
/** Address and command, before the data. */
const HEADER = 3;

/** Registers over SPI: 16 bits of address, a byte that says read or write, then 1 to 4 bytes of data by the page. */
export class SpiBus extends Bus {
  readonly #spi: Spi;
  readonly #frames = framesByPage(HEADER);

  /** @param spi at most 5 Mbit/s */
  constructor(spi: Spi) {
    super();
    this.#spi = spi;
  }

  read(address: number): number {
    const frame = this.#frames[address >> 8];
    frame[0] = address >> 8;
    frame[1] = address;
    frame[2] = READ;
    for (let i = HEADER; i < frame.length; i++) frame[i] = 0;
    this.#spi.transfer(frame);
    return valueIn(frame, HEADER);
  }

  writeUnchecked(address: number, value: number): void {
    const frame = this.#frames[address >> 8];
    frame[0] = address >> 8;
    frame[1] = address;
    frame[2] = WRITE;
    putValue(frame, HEADER, value);
    this.#spi.transfer(frame);
  }
}
