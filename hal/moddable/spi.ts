import type SPI from "embedded:io/spi";
import type { Spi } from "hal/spi";

/** A chip on an SPI of ECMA-419 (13.7), made with its `select` pin. */
export class ModdableSpi implements Spi {
  constructor(private readonly io: SPI) {}

  transfer(buffer: Uint8Array): void {
    this.io.transfer(buffer);
    // The platform keeps the chip selected from one transfer to the next until it is told to let go.
    this.io.flush(true);
  }
}
