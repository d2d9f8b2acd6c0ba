import { NONCE_BYTES, TAG_BYTES, type AesCcm } from "hal/cipher";

/** A cipher of 16-byte blocks with one key. */
export interface BlockCipher {
  /** Encrypts in place. `block` is the whole of its buffer: platforms that take no views get the buffer. */
  encrypt(block: Uint8Array): void;
}

export const BLOCK_BYTES = 16;
/** Of the field that counts bytes and blocks, at the end of a block; "L" in RFC 3610. */
const LENGTH_BYTES = BLOCK_BYTES - 1 - NONCE_BYTES;
export const LENGTH_AT = BLOCK_BYTES - LENGTH_BYTES;
/** Flags of the counter blocks (RFC 3610, 2.3), and of the first authenticated one (2.2). */
export const COUNTER_FLAGS = LENGTH_BYTES - 1;
export const FIRST_FLAGS = (((TAG_BYTES - 2) / 2) << 3) | COUNTER_FLAGS;
const ADDITIONAL_DATA = 0x40;

/** CCM (RFC 3610) over any cipher of 16-byte blocks. */
export class Ccm implements AesCcm {
  readonly #cipher: BlockCipher;
  /** "A" of RFC 3610, 2.3, encrypted in place. */
  readonly #stream = new Uint8Array(BLOCK_BYTES);
  /** "X" of RFC 3610, 2.2. */
  readonly #mac = new Uint8Array(BLOCK_BYTES);

  constructor(cipher: BlockCipher) {
    this.#cipher = cipher;
  }

  seal(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.authenticate(nonce, aad, aadLength, data, start, end);
    this.crypt(nonce, data, start, end);
    this.keyStream(nonce, 0);
    for (let i = 0; i < TAG_BYTES; i++) data[end + i] = this.#mac[i] ^ this.#stream[i];
  }

  open(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    this.crypt(nonce, data, start, end);
    this.authenticate(nonce, aad, aadLength, data, start, end);
    this.keyStream(nonce, 0);
    let difference = 0;
    for (let i = 0; i < TAG_BYTES; i++) difference |= data[end + i] ^ this.#mac[i] ^ this.#stream[i];
    return difference === 0;
  }

  /** Leaves the CBC-MAC in {@link #mac}, RFC 3610, 2.2. */
  private authenticate(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): void {
    const mac = this.#mac;
    const length = end - start;
    mac[0] = aadLength > 0 ? FIRST_FLAGS | ADDITIONAL_DATA : FIRST_FLAGS;
    for (let i = 0; i < NONCE_BYTES; i++) mac[1 + i] = nonce[i];
    mac[LENGTH_AT] = length >> 8;
    mac[LENGTH_AT + 1] = length;
    this.#cipher.encrypt(mac);
    if (aadLength > 0) {
      mac[0] ^= aadLength >> 8;
      mac[1] ^= aadLength;
      this.chain(aad, 0, aadLength, 2);
    }
    if (length > 0) this.chain(data, start, end, 0);
  }

  /** Adds bytes to the MAC's block from `at` on, and those that do not fit to the blocks that follow. */
  private chain(bytes: Uint8Array, start: number, end: number, at: number): void {
    const mac = this.#mac;
    for (let i = start; i < end; i++) {
      if (at === BLOCK_BYTES) {
        this.#cipher.encrypt(mac);
        at = 0;
      }
      mac[at++] ^= bytes[i];
    }
    this.#cipher.encrypt(mac);
  }

  private crypt(nonce: Uint8Array, data: Uint8Array, start: number, end: number): void {
    const stream = this.#stream;
    let at = BLOCK_BYTES;
    let counter = 1;
    for (let i = start; i < end; i++) {
      if (at === BLOCK_BYTES) {
        this.keyStream(nonce, counter++);
        at = 0;
      }
      data[i] ^= stream[at++];
    }
  }

  /** Makes block `counter` of the key stream in {@link #stream}, RFC 3610, 2.3. */
  private keyStream(nonce: Uint8Array, counter: number): void {
    const stream = this.#stream;
    stream[0] = COUNTER_FLAGS;
    for (let i = 0; i < NONCE_BYTES; i++) stream[1 + i] = nonce[i];
    stream[LENGTH_AT] = counter >> 8;
    stream[LENGTH_AT + 1] = counter;
    this.#cipher.encrypt(stream);
  }
}
