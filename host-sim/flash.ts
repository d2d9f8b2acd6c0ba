import { FlashResult, type Flash } from "hal/flash";

export interface FlashOptions {
  size: number;
  sectorBytes?: number;
  pageBytes?: number;
}

/**
 * NOR flash as it behaves: a program can only clear bits, a sector is erased as a whole. Sectors take memory from
 * their first program on, so that a large partition with little in it costs little. Time and power loss are left out.
 */
export class NorFlash implements Flash {
  readonly size: number;
  readonly sectorBytes: number;
  readonly pageBytes: number;
  /** Erases of each sector since it was made. */
  readonly erases: Uint32Array;
  /** Calls of {@link program} that were done. */
  programs = 0;
  readonly #sectors: (Uint8Array | undefined)[];

  constructor({ size, sectorBytes = 4096, pageBytes = 256 }: FlashOptions) {
    this.size = size;
    this.sectorBytes = sectorBytes;
    this.pageBytes = pageBytes;
    const count = size / sectorBytes;
    this.erases = new Uint32Array(count);
    this.#sectors = new Array<Uint8Array | undefined>(count).fill(undefined);
  }

  read(address: number, into: Uint8Array, length: number): number {
    if (!this.#holds(address, length) || length > into.length) return FlashResult.outOfRange;
    for (let done = 0; done < length;) {
      const at = address + done;
      const offset = at % this.sectorBytes;
      const count = Math.min(length - done, this.sectorBytes - offset);
      const sector = this.#sectors[(at - offset) / this.sectorBytes];
      if (sector === undefined) into.fill(0xff, done, done + count);
      else for (let i = 0; i < count; i++) into[done + i] = sector[offset + i]!;
      done += count;
    }
    return FlashResult.ok;
  }

  program(address: number, from: Uint8Array, length: number): number {
    if (!this.#holds(address, length) || length > from.length) return FlashResult.outOfRange;
    const offset = address % this.sectorBytes;
    if ((address % this.pageBytes) + length > this.pageBytes) return FlashResult.misaligned;
    const sector = (this.#sectors[(address - offset) / this.sectorBytes] ??= new Uint8Array(
      this.sectorBytes,
    ).fill(0xff));
    for (let i = 0; i < length; i++) sector[offset + i] &= from[i];
    this.programs++;
    return FlashResult.ok;
  }

  erase(address: number): number {
    if (!this.#holds(address, this.sectorBytes)) return FlashResult.outOfRange;
    if (address % this.sectorBytes !== 0) return FlashResult.misaligned;
    const index = address / this.sectorBytes;
    this.#sectors[index] = undefined;
    this.erases[index]++;
    return FlashResult.ok;
  }

  #holds(address: number, length: number): boolean {
    return address >= 0 && length >= 0 && address + length <= this.size;
  }
}
