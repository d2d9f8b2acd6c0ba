import { FlashResult, type Flash } from "hal/flash";
import type { Cut } from "./flash-faults";
import { Random } from "./random";

/** Of serial NOR flash; a time is drawn between them for each operation. */
const PROGRAM_US = Object.freeze([700, 3_000] as const);
const ERASE_US = Object.freeze([30_000, 400_000] as const);

export interface FlashOptions {
  size: number;
  sectorBytes?: number;
  pageBytes?: number;
  /** Draws times, what a cut leaves and what weak bits read as. */
  random?: Random;
}

/** A program, or where `from` is absent an erase, of `length` bytes. */
export interface FlashOperation {
  readonly flash: NorFlash;
  readonly address: number;
  readonly length: number;
  readonly from?: Uint8Array;
}

/** A sector that answers {@link FlashResult.failed}, or the bits in it that stay as they are. */
export type Damage = "fails" | Uint8Array;

/**
 * NOR flash as it behaves: a program can only clear bits, a sector is erased as a whole, both take their time, and a
 * power loss leaves them half done ({@link tear}). Sectors take memory from their first program on, so that a large
 * partition with little in it costs little.
 */
export class NorFlash implements Flash {
  readonly size: number;
  readonly sectorBytes: number;
  readonly pageBytes: number;
  /** Erases of each sector since it was made. */
  readonly erases: Uint32Array;
  /** Calls that were done. */
  reads = 0;
  programs = 0;
  programmedBytes = 0;
  /** Time in which it did nothing else, and the longest of it at once. */
  busy_us = 0;
  longestBusy_us = 0;
  /** Sees each operation before it is done. */
  beforeOperation: ((operation: FlashOperation) => void) | undefined;
  readonly #random: Random;
  readonly #sectors: (Uint8Array | undefined)[];
  /** Sectors whose bytes another flash has too: they are copied before they change. */
  readonly #shared: Uint8Array;
  readonly #weak = new Map<number, Uint8Array>();
  readonly #damage = new Map<number, Damage>();

  constructor({ size, sectorBytes = 4096, pageBytes = 256, random }: FlashOptions) {
    this.size = size;
    this.sectorBytes = sectorBytes;
    this.pageBytes = pageBytes;
    const count = size / sectorBytes;
    this.erases = new Uint32Array(count);
    this.#shared = new Uint8Array(count);
    this.#sectors = new Array<Uint8Array | undefined>(count).fill(undefined);
    this.#random = random ?? new Random(1, "flash");
  }

  read(address: number, into: Uint8Array, length: number): number {
    if (!this.#holds(address, length) || length > into.length) return FlashResult.outOfRange;
    this.reads++;
    for (let done = 0; done < length;) {
      const at = address + done;
      const offset = at % this.sectorBytes;
      const count = Math.min(length - done, this.sectorBytes - offset);
      const index = (at - offset) / this.sectorBytes;
      const sector = this.#sectors[index];
      if (sector === undefined) into.fill(0xff, done, done + count);
      else for (let i = 0; i < count; i++) into[done + i] = sector[offset + i];
      const weak = this.#weak.size === 0 ? undefined : this.#weak.get(index);
      if (weak !== undefined)
        for (let i = 0; i < count; i++)
          if (weak[offset + i] !== 0) into[done + i] ^= weak[offset + i] & this.#random.u32();
      done += count;
    }
    return FlashResult.ok;
  }

  program(address: number, from: Uint8Array, length: number): number {
    if (!this.#holds(address, length) || length > from.length) return FlashResult.outOfRange;
    if ((address % this.pageBytes) + length > this.pageBytes) return FlashResult.misaligned;
    this.beforeOperation?.({ flash: this, address, length, from });
    this.#takeTime(PROGRAM_US);
    const offset = address % this.sectorBytes;
    const index = (address - offset) / this.sectorBytes;
    const damage = this.#damage.get(index);
    if (damage === "fails") return FlashResult.failed;
    const sector = this.#own(index);
    const weak = this.#weak.get(index);
    for (let i = 0; i < length; i++) {
      const kept = damage === undefined ? from[i] : from[i] | damage[offset + i];
      sector[offset + i] &= kept;
      if (weak !== undefined) weak[offset + i] &= kept;
    }
    this.programs++;
    this.programmedBytes += length;
    return FlashResult.ok;
  }

  erase(address: number): number {
    if (!this.#holds(address, this.sectorBytes)) return FlashResult.outOfRange;
    if (address % this.sectorBytes !== 0) return FlashResult.misaligned;
    this.beforeOperation?.({ flash: this, address, length: this.sectorBytes });
    this.#takeTime(ERASE_US);
    const index = address / this.sectorBytes;
    const damage = this.#damage.get(index);
    if (damage === "fails") return FlashResult.failed;
    const before = this.#sectors[index];
    if (damage !== undefined && before !== undefined)
      this.#sectors[index] = before.map((byte, i) => byte | ~damage[i]);
    else this.#sectors[index] = undefined;
    this.#shared[index] = 0;
    this.#weak.delete(index);
    this.erases[index]++;
    return FlashResult.ok;
  }

  /** Does as much of an operation as a power loss in the middle of it lets through. */
  tear({ address, length, from }: FlashOperation, cut: Cut): void {
    const start = address % this.sectorBytes;
    const index = (address - start) / this.sectorBytes;
    const damage = this.#damage.get(index);
    if (damage === "fails" || cut.how === "before") return;
    const sector = this.#own(index);
    const weak = this.#weak.get(index)?.slice() ?? new Uint8Array(this.sectorBytes);
    for (let i = 0; i < length; i++) {
      const at = start + i;
      // A program also firms up the weak bits that it is to clear, an erase all.
      let wanted = from === undefined ? ~sector[at] | weak[at] : ~from[i] & (sector[at] | weak[at]);
      wanted &= damage === undefined ? 0xff : ~damage[at] & 0xff;
      if (wanted === 0) continue;
      const done = wanted & this.#doneBits(cut, i);
      const weakened = wanted & ~done & this.#weakBits(cut, i);
      if (from === undefined) sector[at] |= done;
      else sector[at] &= ~done;
      weak[at] = (weak[at] & ~done) | weakened;
    }
    if (weak.some((bits) => bits !== 0)) this.#weak.set(index, weak);
    else this.#weak.delete(index);
  }

  /** Breaks a sector for good. */
  breakSector(index: number, damage: Damage): void {
    this.#damage.set(index, damage);
  }

  /** Another flash with the same content and damage; what is done to either does not show in the other. */
  fork(random: Random): NorFlash {
    const { size, sectorBytes, pageBytes } = this;
    const fork = new NorFlash({ size, sectorBytes, pageBytes, random });
    for (let i = 0; i < this.#sectors.length; i++) fork.#sectors[i] = this.#sectors[i];
    this.#shared.fill(1);
    fork.#shared.fill(1);
    fork.erases.set(this.erases);
    for (const [index, weak] of this.#weak) fork.#weak.set(index, weak.slice());
    for (const [index, damage] of this.#damage) fork.#damage.set(index, damage);
    return fork;
  }

  #doneBits(cut: Cut, i: number): number {
    if (cut.how === "torn") return i < cut.bytes ? 0xff : 0;
    return cut.how === "mask" ? this.#bits(cut.done) : 0xff;
  }

  #weakBits(cut: Cut, i: number): number {
    if (cut.how === "torn") return cut.weak && i === cut.bytes ? 0xff : 0;
    return cut.how === "mask" ? this.#bits(cut.weak) : 0;
  }

  /** A byte each of whose bits is set with a probability of `share`. */
  #bits(share: number): number {
    if (share === 0) return 0;
    if (share === 1) return 0xff;
    let bits = 0;
    for (let bit = 0; bit < 8; bit++) if (this.#random.chance(share)) bits |= 1 << bit;
    return bits;
  }

  /** The bytes of a sector, to be changed. */
  #own(index: number): Uint8Array {
    let sector = this.#sectors[index];
    if (sector === undefined) sector = new Uint8Array(this.sectorBytes).fill(0xff);
    else if (this.#shared[index] !== 0) sector = sector.slice();
    else return sector;
    this.#shared[index] = 0;
    this.#sectors[index] = sector;
    return sector;
  }

  #takeTime([least_us, most_us]: readonly [number, number]): void {
    const time_us = this.#random.between(least_us, most_us);
    this.busy_us += time_us;
    this.longestBusy_us = Math.max(this.longestBusy_us, time_us);
  }

  #holds(address: number, length: number): boolean {
    return address >= 0 && length >= 0 && address + length <= this.size;
  }
}
