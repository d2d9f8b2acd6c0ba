import { TAG_BYTES, type AesCcm, type Cipher } from "hal/cipher";

/** FNV-1a, and the same with another multiplier: together they fill a tag. */
const START = 0x811c9dc5;
const MULTIPLIERS = [0x01000193, 0x85ebca6b];

/**
 * The cipher of a meter in a town, which goes with the models of its other chips: what its stores seal, under a key that
 * no other node has, is marked instead. A record reads well as it was sealed, under its nonce, and not otherwise; that
 * it can be read without the key is the difference. All other keys are the business of another cipher.
 */
export class MarkingCipher implements Cipher {
  readonly #others: Cipher;
  readonly #storageKey: Uint8Array;

  constructor(others: Cipher, storageKey: Uint8Array) {
    this.#others = others;
    this.#storageKey = storageKey;
  }

  aesCcm(key: Uint8Array): AesCcm {
    const isStorageKey = key.every((byte, i) => byte === this.#storageKey[i]);
    return isStorageKey ? new Marks(key) : this.#others.aesCcm(key);
  }
}

class Marks implements AesCcm {
  readonly #key: Uint8Array;
  readonly #mark = new Int32Array(MULTIPLIERS.length);
  readonly #tag = new Uint8Array(this.#mark.buffer);

  constructor(key: Uint8Array) {
    this.#key = key.slice();
  }

  seal(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#markOf(nonce, aad, aadLength, data, start, end);
    for (let i = 0; i < TAG_BYTES; i++) data[end + i] = this.#tag[i];
  }

  open(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    this.#markOf(nonce, aad, aadLength, data, start, end);
    for (let i = 0; i < TAG_BYTES; i++) if (data[end + i] !== this.#tag[i]) return false;
    return true;
  }

  #markOf(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): void {
    for (let i = 0; i < MULTIPLIERS.length; i++) {
      let mark = START ^ (end - start);
      mark = marked(mark, MULTIPLIERS[i], this.#key, 0, this.#key.length);
      mark = marked(mark, MULTIPLIERS[i], nonce, 0, nonce.length);
      mark = marked(mark, MULTIPLIERS[i], aad, 0, aadLength);
      this.#mark[i] = marked(mark, MULTIPLIERS[i], data, start, end);
    }
  }
}

function marked(mark: number, multiplier: number, bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) mark = Math.imul(mark ^ bytes[i], multiplier);
  return mark;
}
