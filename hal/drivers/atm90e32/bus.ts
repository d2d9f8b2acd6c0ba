import type { Spi } from "hal/spi";
import { Register } from "hal/drivers/atm90e32/registers";
import { SteadyBus } from "hal/drivers/steady-bus";

const MAX_WRITES = 8;
const READ = 0x80;

/**
 * Registers over SPI: frames of 32 clocks, a command of 16 bits (bit 15: read) and 16 of data (DS46003, SPI interface). Nothing
 * here waits, allocates or throws.
 */
export class Bus extends SteadyBus {
  /** Answers that no single inverted bit explains, such as frames that went astray; whoever counts them clears it. */
  astray = 0;
  /** After {@link readClear}: the value that the register had if what was answered is wrong. */
  doubt = 0;
  readonly #spi: Spi;
  readonly #frame = new Uint8Array(4);

  constructor(spi: Spi) {
    super();
    this.#spi = spi;
  }

  read(address: number): number {
    const frame = this.#frame;
    frame[0] = READ | (address >> 8);
    frame[1] = address;
    frame[2] = 0;
    frame[3] = 0;
    this.#spi.transfer(frame);
    return (frame[2] << 8) | frame[3];
  }

  /** Writes and has LastSPIData confirm it (which does not prove the address). False when it never does. */
  write(address: number, value: number): boolean {
    for (let i = 0; i < MAX_WRITES; i++) {
      this.writeUnchecked(address, value);
      if (this.readSteady(Register.LastSPIData) === value) return true;
    }
    return false;
  }

  writeUnchecked(address: number, value: number): void {
    const frame = this.#frame;
    frame[0] = address >> 8;
    frame[1] = address;
    frame[2] = value >> 8;
    frame[3] = value;
    this.#spi.transfer(frame);
  }

  /**
   * Reads a register that reading clears: LastSPIData repeats what it gave, and repeats itself undisturbed.
   *
   * Where the two differ the repetition is right if the answer was hit, and the answer is right if the repetition's
   * command went astray; {@link doubt} then holds the other of the two, for a check on the whole to decide. A
   * repeated 0 replaces nothing but a single bit: it is also what a dead line and a read turned into a write give.
   */
  readClear(address: number): number {
    const first = this.read(address);
    const second = this.read(Register.LastSPIData);
    this.doubt = first;
    if (first === second && this.quiet) return first;
    const value = this.settle(Register.LastSPIData, first, second, 0);
    if (oneBitApart(first, value)) return value;
    this.astray++;
    if (value !== 0) return value;
    this.doubt = 0;
    return first;
  }
}

/** Whether noise explains the difference (or there is none). */
export function oneBitApart(a: number, b: number): boolean {
  const difference = a ^ b;
  return (difference & (difference - 1)) === 0;
}
