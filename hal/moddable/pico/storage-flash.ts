declare function native(name: string): (this: void, ...parameters: (number | Uint8Array)[]) => void;

/**
 * Address and size, by the names of `manifests/partitions.csv`: the end of the flash of 2 MB, before the 32 kB that the
 * platform keeps its preferences in. The program has what is before them.
 */
const PARTITIONS: Readonly<Record<string, readonly [from: number, bytes: number]>> = Object.freeze({
  registers: Object.freeze([0x110000, 0x020000] as const),
  events: Object.freeze([0x130000, 0x020000] as const),
  configuration: Object.freeze([0x150000, 0x004000] as const),
  keys: Object.freeze([0x154000, 0x004000] as const),
  intervals: Object.freeze([0x158000, 0x0a0000] as const),
});
const SECTOR_BYTES = 4096;

/** As much of `embedded:storage/flash` as the flash binding uses: the platform has none on an RP2040. */
export class Flash {
  readonly #from: number;
  readonly #bytes: number;

  constructor(from: number, bytes: number) {
    this.#from = from;
    this.#bytes = bytes;
  }

  read(into: Uint8Array, offset: number): number {
    readFlash(this.#from + offset, into, into.length);
    return into.length;
  }

  write(from: Uint8Array, offset: number): void {
    programFlash(this.#from + offset, from, from.length);
  }

  eraseBlock(block: number): void {
    eraseFlash(this.#from + block * SECTOR_BYTES);
  }

  status(): { size: number; blockLength: number; blocks: number } {
    return { size: this.#bytes, blockLength: SECTOR_BYTES, blocks: this.#bytes / SECTOR_BYTES };
  }
}

/** Copies flash to the start of `into`. All of it must lie inside: nothing is checked. */
function readFlash(this: void, address: number, into: Uint8Array, length: number): void {
  native("xs_pico_flash_read").call(this, address, into, length);
}

/** Programs the start of `from`, which must not cross a page; blocks, with interrupts off. */
function programFlash(this: void, address: number, from: Uint8Array, length: number): void {
  native("xs_pico_flash_program").call(this, address, from, length);
}

/** Erases a sector; blocks, with interrupts off, up to 400 ms. Throws where the program lies there. */
function eraseFlash(this: void, address: number): void {
  native("xs_pico_flash_erase").call(this, address);
}

export default Object.freeze({
  /** Throws where there is no such partition. */
  open({ path }: { path: string; mode: string }): Flash {
    const partition = PARTITIONS[path];
    if (partition === undefined) throw new Error("can't find partition");
    return new Flash(partition[0], partition[1]);
  },
});
