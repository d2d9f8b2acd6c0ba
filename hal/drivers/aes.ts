import { KEY_BYTES, type AesCcm, type Cipher } from "hal/cipher";
import { Ccm, type BlockCipher } from "hal/drivers/aes-ccm";

/** FIPS 197, table 3, for a key of 128 bits. */
const ROUNDS = 10;
const BLOCK_WORDS = 4;
const KEY_WORDS = KEY_BYTES / 4;

/** AES in JavaScript, for parts whose platform has none. */
export class SoftwareCipher implements Cipher {
  readonly #tables = new AesTables();

  aesCcm(key: Uint8Array): AesCcm {
    return new Ccm(new Aes(key, this.#tables));
  }
}

/** What does not depend on the key: 4.3 kB, made once. */
export class AesTables {
  /** SubBytes, FIPS 197, table 4. */
  readonly sBox = new Uint8Array(256);
  /**
   * SubBytes and MixColumns in one step, by row of the state and byte: what the byte adds to its column, whose first
   * byte is the highest.
   */
  readonly mixed: readonly Int32Array[];

  constructor() {
    const { sBox } = this;
    sBox[0] = 0x63;
    // All elements but 0 are powers of 3; `inverse` is the power of 1/3, which is F6 (FIPS 197, 4.2).
    let element = 1;
    let inverse = 1;
    do {
      element ^= double(element);
      inverse ^= inverse << 1;
      inverse ^= inverse << 2;
      inverse ^= inverse << 4;
      inverse &= 0xff;
      if ((inverse & 0x80) !== 0) inverse ^= 0x09;
      const turned = inverse * 0x101;
      sBox[element] = inverse ^ (turned >> 7) ^ (turned >> 6) ^ (turned >> 5) ^ (turned >> 4) ^ 0x63;
    } while (element !== 1);
    this.mixed = Array.from({ length: 4 }, () => new Int32Array(256));
    for (let byte = 0; byte < 256; byte++) {
      const s = sBox[byte];
      const twice = double(s);
      let column = (twice << 24) | (s << 16) | (s << 8) | (twice ^ s);
      for (let row = 0; row < 4; row++) {
        this.mixed[row][byte] = column;
        column = (column >>> 8) | (column << 24);
      }
    }
  }
}

/** Times x in GF(2^8), FIPS 197, 4.2.1. */
function double(element: number): number {
  return ((element << 1) ^ ((element >> 7) * 0x11b)) & 0xff;
}

/** AES-128 (FIPS 197), encryption. */
export class Aes implements BlockCipher {
  readonly #schedule = new Int32Array(BLOCK_WORDS * (ROUNDS + 1));
  readonly #mixed: readonly Int32Array[];
  readonly #sBox: Uint8Array;

  /** @param key {@link KEY_BYTES}, copied */
  constructor(key: Uint8Array, tables: AesTables) {
    this.#mixed = tables.mixed;
    this.#sBox = tables.sBox;
    this.expand(key);
  }

  encrypt(block: Uint8Array): void {
    const row0 = this.#mixed[0];
    const row1 = this.#mixed[1];
    const row2 = this.#mixed[2];
    const row3 = this.#mixed[3];
    const keys = this.#schedule;
    let a = word(block, 0) ^ keys[0];
    let b = word(block, 4) ^ keys[1];
    let c = word(block, 8) ^ keys[2];
    let d = word(block, 12) ^ keys[3];
    for (let at = BLOCK_WORDS; at < BLOCK_WORDS * ROUNDS; at += BLOCK_WORDS) {
      // ShiftRows: a column's rows come from this column and the three after it.
      const e = row0[a >>> 24] ^ row1[(b >> 16) & 0xff] ^ row2[(c >> 8) & 0xff] ^ row3[d & 0xff] ^ keys[at];
      const f =
        row0[b >>> 24] ^ row1[(c >> 16) & 0xff] ^ row2[(d >> 8) & 0xff] ^ row3[a & 0xff] ^ keys[at + 1];
      const g =
        row0[c >>> 24] ^ row1[(d >> 16) & 0xff] ^ row2[(a >> 8) & 0xff] ^ row3[b & 0xff] ^ keys[at + 2];
      d = row0[d >>> 24] ^ row1[(a >> 16) & 0xff] ^ row2[(b >> 8) & 0xff] ^ row3[c & 0xff] ^ keys[at + 3];
      a = e;
      b = f;
      c = g;
    }
    const last = BLOCK_WORDS * ROUNDS;
    this.finish(block, 0, a, b, c, d, keys[last]);
    this.finish(block, 4, b, c, d, a, keys[last + 1]);
    this.finish(block, 8, c, d, a, b, keys[last + 2]);
    this.finish(block, 12, d, a, b, c, keys[last + 3]);
  }

  /** A column of the last round, which has no MixColumns. */
  private finish(
    block: Uint8Array,
    at: number,
    a: number,
    b: number,
    c: number,
    d: number,
    key: number,
  ): void {
    const sBox = this.#sBox;
    block[at] = sBox[a >>> 24] ^ (key >>> 24);
    block[at + 1] = sBox[(b >> 16) & 0xff] ^ (key >> 16);
    block[at + 2] = sBox[(c >> 8) & 0xff] ^ (key >> 8);
    block[at + 3] = sBox[d & 0xff] ^ key;
  }

  /** FIPS 197, 5.2. */
  private expand(key: Uint8Array): void {
    const words = this.#schedule;
    const sBox = this.#sBox;
    for (let i = 0; i < KEY_WORDS; i++) words[i] = word(key, 4 * i);
    let constant = 1;
    for (let i = KEY_WORDS; i < words.length; i++) {
      let next = words[i - 1];
      if (i % KEY_WORDS === 0) {
        next =
          ((sBox[(next >> 16) & 0xff] ^ constant) << 24) |
          (sBox[(next >> 8) & 0xff] << 16) |
          (sBox[next & 0xff] << 8) |
          sBox[next >>> 24];
        constant = double(constant);
      }
      words[i] = words[i - KEY_WORDS] ^ next;
    }
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}
