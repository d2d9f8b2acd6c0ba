import type { LinkKey } from "firmware/mesh/mac/pan";
import { KEY_BYTES, NONCE_BYTES, type AesCcm, type Cipher } from "hal/cipher";

/** IEEE 802.15.4-2015, table 9-6: encrypted, with an integrity code of 8 bytes. */
export const SECURITY_LEVEL = 6;
/** Counters that a {@link CounterStore} gives out at a time. */
export const COUNTER_BLOCK = 4_096;
const MAX_COUNTER = 0xffffffff;

/** Numbers that are never given out twice, whatever restarts come between. */
export interface CounterStore {
  /**
   * Reserves the next {@link COUNTER_BLOCK} numbers, durably.
   * @returns the first of them, or -1 where they could not be reserved
   */
  reserve(): number;
}

/** One number after the other of a {@link CounterStore}. */
export class Reserved {
  readonly #store: CounterStore;
  #next = 0;
  #end = 0;

  constructor(store: CounterStore) {
    this.#store = store;
  }

  /** @returns -1 where there is none */
  next(): number {
    if (this.#next === this.#end) {
      const first = this.#store.reserve();
      if (first < 0) return -1;
      this.#next = first;
      this.#end = first + COUNTER_BLOCK;
    }
    return this.#next++;
  }
}

/**
 * Link security at level 6 with keys of the PAN (IEEE 802.15.4-2015, clause 9; key identifier mode 1). Two keys may be
 * held at a time, of an even and of an odd index, so that one takes over from the other while both are accepted. One
 * frame counter serves all keys of all PANs: it never repeats, so no nonce does.
 */
export class LinkSecurity {
  readonly #cipher: Cipher;
  readonly #counters: Reserved;
  readonly #keys: [AesCcm | undefined, AesCcm | undefined] = [undefined, undefined];
  readonly #indices = new Uint8Array(2);
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  #active = 0;

  constructor(cipher: Cipher, counters: CounterStore) {
    this.#cipher = cipher;
    this.#counters = new Reserved(counters);
    this.#nonce[NONCE_BYTES - 1] = SECURITY_LEVEL;
  }

  /** The index of the key that frames are sealed with. */
  get keyIndex(): number {
    return this.#indices[this.#active];
  }

  /** Holds these keys of a PAN and no other ones, and seals with the first. */
  hold(keys: readonly LinkKey[] = []): void {
    this.#keys.fill(undefined);
    this.#indices.fill(0);
    for (let i = 0; i < keys.length; i++) this.install(keys[i].index, keys[i].key);
    this.use(keys[0].index);
  }

  /**
   * Holds a key, in place of the one of the other generation but one.
   * @param index 1 to 255
   * @param key 16 bytes, copied
   */
  install(index: number, key: Uint8Array): void {
    if (index < 1 || index > 255 || key.length !== KEY_BYTES) throw new RangeError("no link key");
    this.#indices[index & 1] = index;
    this.#keys[index & 1] = this.#cipher.aesCcm(key);
  }

  /** Seals with the key of this index, which is held, from now on. */
  use(index: number): void {
    this.#active = index & 1;
  }

  holds(index: number): boolean {
    return index > 0 && this.#indices[index & 1] === index;
  }

  /** The next frame counter; -1 where there is none, and nothing may be sent. */
  nextCounter(): number {
    const counter = this.#counters.next();
    return counter > MAX_COUNTER ? -1 : counter;
  }

  /** Seals `bytes[start, end)` with what is before `start` as the authenticated header; the tag goes after `end`. */
  seal(source: Uint8Array, counter: number, bytes: Uint8Array, start: number, end: number): void {
    this.setNonce(source, counter);
    this.#keys[this.#active]!.seal(this.#nonce, bytes, start, bytes, start, end);
  }

  /** Opens what {@link seal} made, with a key that {@link holds}. */
  open(
    source: Uint8Array,
    counter: number,
    index: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    this.setNonce(source, counter);
    return this.#keys[index & 1]!.open(this.#nonce, bytes, start, bytes, start, end);
  }

  /** 9.3.3.1: address and counter, most significant byte first, and the level. */
  private setNonce(source: Uint8Array, counter: number): void {
    const nonce = this.#nonce;
    for (let i = 0; i < 8; i++) nonce[i] = source[i];
    nonce[8] = counter >>> 24;
    nonce[9] = counter >>> 16;
    nonce[10] = counter >>> 8;
    nonce[11] = counter;
  }
}
