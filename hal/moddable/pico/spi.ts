import type { Spi } from "hal/spi";

export interface PicoSpiOptions {
  /** 0 or 1: which has the pins that follow is in the RP2040's table of functions (datasheet, 1.4.3). */
  port: number;
  clock: number;
  in: number;
  out: number;
  /** Low while the chip is selected. */
  select: number;
  hz: number;
  mode: number;
}

declare function native(name: string): (this: void, ...parameters: (number | Uint8Array)[]) => void;

/** A chip alone on an SPI of an RP2040. The platform's binding drives one chip in all; each port has its own here. */
export class PicoSpi implements Spi {
  readonly #port: number;
  readonly #select: number;

  constructor(options: PicoSpiOptions) {
    this.#port = options.port;
    this.#select = options.select;
    openSpi(options.port, options.clock, options.in, options.out, options.select, options.hz, options.mode);
  }

  transfer(buffer: Uint8Array): void {
    transferSpi(this.#port, this.#select, buffer);
  }
}

function openSpi(
  this: void,
  port: number,
  clock: number,
  input: number,
  output: number,
  select: number,
  hz: number,
  mode: number,
): void {
  native("xs_pico_spi_open").call(this, port, clock, input, output, select, hz, mode);
}

function transferSpi(this: void, port: number, select: number, buffer: Uint8Array): void {
  native("xs_pico_spi_transfer").call(this, port, select, buffer);
}
