import type { Spi } from "hal/spi";
import type { Answering } from "./uart-line";

const HEADER = 3;
const READ = 0x35;
const WRITE = 0xca;
/** SPI's words for the same. */
const SPI_READ = 0x80;
const SPI_WRITE = 0x00;
const PAGES = 4;

/**
 * An ADE7953 as its UART pins show it (data sheet revision C, "UART Interface"): the same registers as behind its SPI
 * pins. A packet that does not begin as a read or a write, or is not as long as its register wants, does nothing. A
 * register that is not there is not answered, of which the data sheet says nothing.
 */
export class Ade7953OverUart implements Answering {
  readonly #chip: Spi;

  /** @param chip its SPI pins */
  constructor(chip: Spi) {
    this.#chip = chip;
  }

  answer(packet: Uint8Array): Uint8Array {
    const [operation, page, register] = packet;
    const width = 1 + page;
    const data = packet.subarray(HEADER);
    if (packet.length < HEADER || page >= PAGES) return new Uint8Array();
    if (operation === READ) {
      const frame = Uint8Array.of(page, register, SPI_READ, ...new Uint8Array(width));
      this.#chip.transfer(frame);
      return frame.subarray(HEADER).reverse();
    }
    if (operation === WRITE && data.length === width)
      this.#chip.transfer(Uint8Array.of(page, register, SPI_WRITE, ...data.slice().reverse()));
    return new Uint8Array();
  }
}
