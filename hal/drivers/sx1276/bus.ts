import { Register, WRITE } from "hal/drivers/sx1276/registers";
import type { Spi } from "hal/spi";

/** Bursts of the FIFO are powers of two, the greatest of them 32: exact lengths without a view for each. */
const MAX_BURST_LOG2 = 5;

/** Registers and FIFO over SPI (DS_SX1276, 4.3). Nothing here waits, allocates or throws. */
export class Bus {
  readonly #spi: Spi;
  readonly #single = new Uint8Array(2);
  readonly #frequency = new Uint8Array(4);
  /** By the logarithm of the burst's length; an address byte comes first. */
  readonly #bursts: readonly Uint8Array[];

  constructor(spi: Spi) {
    this.#spi = spi;
    const bytes = new Uint8Array(1 + (1 << MAX_BURST_LOG2));
    const bursts: Uint8Array[] = [];
    for (let log2 = 0; log2 <= MAX_BURST_LOG2; log2++) bursts.push(bytes.subarray(0, 1 + (1 << log2)));
    this.#bursts = bursts;
  }

  read(address: number): number {
    const single = this.#single;
    single[0] = address;
    this.#spi.transfer(single);
    return single[1];
  }

  write(address: number, value: number): void {
    const single = this.#single;
    single[0] = address | WRITE;
    single[1] = value;
    this.#spi.transfer(single);
  }

  /** All of its bytes at once: the last of them makes it count. */
  writeFrequency(word: number): void {
    const frequency = this.#frequency;
    frequency[0] = Register.FrfMsb | WRITE;
    frequency[1] = word >> 16;
    frequency[2] = word >> 8;
    frequency[3] = word;
    this.#spi.transfer(frequency);
  }

  writeFifo(from: Uint8Array, at: number, count: number): void {
    for (let done = 0; done < count;) {
      const burst = this.burst(count - done);
      burst[0] = Register.Fifo | WRITE;
      for (let i = 1; i < burst.length; i++) burst[i] = from[at + done++]!;
      this.#spi.transfer(burst);
    }
  }

  readFifo(into: Uint8Array, at: number, count: number): void {
    for (let done = 0; done < count;) {
      const burst = this.burst(count - done);
      burst[0] = Register.Fifo;
      this.#spi.transfer(burst);
      for (let i = 1; i < burst.length; i++) into[at + done++] = burst[i]!;
    }
  }

  /** The longest that moves no more than `count` bytes. */
  private burst(count: number): Uint8Array {
    return this.#bursts[Math.min(31 - Math.clz32(count), MAX_BURST_LOG2)];
  }
}
