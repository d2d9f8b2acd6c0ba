/** Greatest block, 1,024 bytes; 7 is reserved (RFC 7959, section 2.2). */
const MAX_SZX = 6;

/** A Block1 or Block2 option (RFC 7959, section 2.2): which part of a body a message carries or asks for. */
export class Block {
  present = false;
  number = 0;
  more = false;
  szx = 0;

  clear(): void {
    this.present = false;
    this.number = 0;
    this.more = false;
    this.szx = MAX_SZX;
  }

  /** Takes an option's value; false where its size is the reserved one. */
  decode(value: number): boolean {
    this.present = true;
    this.number = value >>> 4;
    this.more = (value & 8) !== 0;
    this.szx = value & 7;
    return this.szx <= MAX_SZX;
  }

  /** Bytes of a block. */
  get size(): number {
    return 16 << this.szx;
  }

  /** Where the block starts in its body. */
  get offset(): number {
    return this.number << (this.szx + 4);
  }
}

/** The option value of the block of `szx` that starts at `offset`. */
export function encodeBlock(offset: number, more: boolean, szx: number): number {
  return ((offset >>> (szx + 4)) << 4) | (more ? 8 : 0) | szx;
}

/** SZX of a block size of 16, 32 … 1,024 bytes. */
export function szxOf(size: number): number {
  return 27 - Math.clz32(size);
}
