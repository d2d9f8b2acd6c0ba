import { TAG_BYTES, type AesCcm, type Cipher } from "hal/cipher";

/** FNV-1a, and the same with another multiplier: together they fill a tag. */
const START = 0x811c9dc5;
const FIRST_MULTIPLIER = 0x01000193;
const SECOND_MULTIPLIER = 0x85ebca6b;

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
  readonly #mark = new Int32Array(2);
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
    this.#mark.fill(START ^ (end - start));
    this.#add(this.#key, 0, this.#key.length);
    this.#add(nonce, 0, nonce.length);
    this.#add(aad, 0, aadLength);
    this.#add(data, start, end);
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    let first = this.#mark[0];
    let second = this.#mark[1];
    // Both in one pass: neither waits for the other.
    for (let i = start; i < end; i++) {
      first = Math.imul(first ^ bytes[i], FIRST_MULTIPLIER);
      second = Math.imul(second ^ bytes[i], SECOND_MULTIPLIER);
    }
    this.#mark[0] = first;
    this.#mark[1] = second;
  }
}
