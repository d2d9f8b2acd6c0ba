import flash, { type Flash as Partition } from "embedded:storage/flash";
import { FlashResult, type Flash } from "hal/flash";

/** Of the serial NOR flash on ESP32 boards; the platform does not tell. */
const PAGE_BYTES = 256;

/** A data partition of the platform's flash, by its name in the partition table. */
export class ModdableFlash implements Flash {
  readonly size: number;
  readonly sectorBytes: number;
  readonly pageBytes = PAGE_BYTES;
  readonly #partition: Partition;

  /** Throws where there is no such partition. */
  constructor(name: string) {
    this.#partition = flash.open({ path: name, mode: "r+" });
    const status = this.#partition.status();
    this.size = status.size;
    this.sectorBytes = status.blockLength;
  }

  read(address: number, into: Uint8Array, length: number): number {
    if (!this.holds(address, length, into)) return FlashResult.outOfRange;
    try {
      this.#partition.read(first(into, length), address);
      return FlashResult.ok;
    } catch {
      return FlashResult.failed;
    }
  }

  program(address: number, from: Uint8Array, length: number): number {
    if (!this.holds(address, length, from)) return FlashResult.outOfRange;
    if ((address % PAGE_BYTES) + length > PAGE_BYTES) return FlashResult.misaligned;
    try {
      this.#partition.write(first(from, length), address);
      return FlashResult.ok;
    } catch {
      return FlashResult.failed;
    }
  }

  erase(address: number): number {
    if (address < 0 || address >= this.size) return FlashResult.outOfRange;
    if (address % this.sectorBytes !== 0) return FlashResult.misaligned;
    try {
      this.#partition.eraseBlock(address / this.sectorBytes);
      return FlashResult.ok;
    } catch {
      return FlashResult.failed;
    }
  }

  private holds(address: number, length: number, bytes: Uint8Array): boolean {
    return address >= 0 && length >= 0 && length <= bytes.length && address + length <= this.size;
  }
}

/** The platform reads and writes whole buffers. */
function first(bytes: Uint8Array, length: number): Uint8Array {
  return length === bytes.length ? bytes : bytes.subarray(0, length);
}
