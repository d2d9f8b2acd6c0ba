import { ADDRESS_BYTES } from "firmware/ip/address";

/** Contexts that a node may hold (RFC 6282, section 3.1.2: an identifier has 4 bits). */
export const MAX_CONTEXTS = 16;

/** The prefix that needs no context, `fe80::/64`: kept behind the contexts, so that one search covers all. */
export const LINK_LOCAL = MAX_CONTEXTS;

const LINK_LOCAL_BITS = 64;
const ABSENT = -1;

/**
 * The prefixes that sender and receiver of a link share, by which addresses are compressed (RFC 6282, RFC 6775
 * section 4.2). A context may cover a whole address, which then costs nothing but its identifier.
 */
export class Contexts {
  /** @internal Each 16 bytes, 0 beyond the prefix. */
  readonly prefixes = new Uint8Array((MAX_CONTEXTS + 1) * ADDRESS_BYTES);
  /** @internal Length of each prefix in bits, negative where there is no such context. */
  readonly bits = new Int16Array(MAX_CONTEXTS + 1);
  /** @internal One more than the greatest identifier in use. */
  count = 0;

  constructor() {
    this.bits.fill(ABSENT);
    this.bits[LINK_LOCAL] = LINK_LOCAL_BITS;
    this.prefixes[LINK_LOCAL * ADDRESS_BYTES] = 0xfe;
    this.prefixes[LINK_LOCAL * ADDRESS_BYTES + 1] = 0x80;
  }

  /**
   * Sets or replaces a context.
   * @param id 0 to 15
   * @param prefix 16 bytes
   * @param prefixBits 0 to 128
   */
  set(id: number, prefix: Uint8Array, prefixBits: number): void {
    for (let i = 0; i < ADDRESS_BYTES; i++) {
      this.prefixes[id * ADDRESS_BYTES + i] = prefix[i] & ~openBits(prefixBits, i);
    }
    this.bits[id] = prefixBits;
    if (id >= this.count) this.count = id + 1;
  }
}

/** Mask of the bits in byte `index` of an address that a prefix of `prefixBits` leaves open. */
export function openBits(prefixBits: number, index: number): number {
  const covered = prefixBits - 8 * index;
  return covered <= 0 ? 0xff : covered >= 8 ? 0 : 0xff >> covered;
}
