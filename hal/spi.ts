/**
 * One chip on an SPI bus, in the shape of ECMA-419 (13.7): mode, rate and chip select are fixed when it is made.
 */
export interface Spi {
  /**
   * Selects the chip, shifts `buffer` out and the answer into the same bytes, and releases the chip. Blocks until
   * done. A power loss in the middle releases the chip early, so the chip sees fewer clocks.
   */
  transfer(buffer: Uint8Array): void;
}
