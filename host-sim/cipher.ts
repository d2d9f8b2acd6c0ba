import { createCipheriv, type Cipher as Context } from "node:crypto";
import { KEY_BYTES, TAG_BYTES, type AesCcm, type Cipher } from "hal/cipher";
import { Aes, AesTables } from "hal/drivers/aes";
import { BLOCK_BYTES, Ccm, COUNTER_FLAGS, FIRST_FLAGS, LENGTH_AT } from "hal/drivers/aes-ccm";
import { SealedMessages } from "./sealed-messages";

/**
 * AES-CCM at the speed that a simulation needs. Frames, which have a header and little more, are for the AES of
 * devices: a call into Node's `crypto` takes longer than their blocks do. The records of stores are long enough for it.
 * Its own `aes-128-ccm` sets up a context for each message; here CTR and CBC-MAC run on two contexts that last as long as
 * a key.
 */
export class NodeCipher implements Cipher {
  readonly #byKey = new Map<string, NodeAesCcm>();
  readonly #tables = new AesTables();

  /** The same one for the same key: nodes of a simulation that hold it share its contexts. */
  aesCcm(key: Uint8Array): AesCcm {
    const name = Buffer.from(key).toString("hex");
    const known = this.#byKey.get(name);
    if (known === undefined) {
      const made = new NodeAesCcm(key, this.#tables);
      this.#byKey.set(name, made);
      return made;
    }
    known.share();
    return known;
  }
}

/** {@link NodeCipher} with one key. */
class NodeAesCcm implements AesCcm {
  readonly #short: Ccm;
  readonly #ecb: Context;
  readonly #cbc: Context;
  /** What CBC would add to the next block: the block before, encrypted. */
  readonly #chained = new Uint8Array(BLOCK_BYTES);
  /** A0 and the counter blocks after it; those of a longer message than ever before are added. */
  #counters = counterBlocks(17);
  /** B0 and the blocks of the message, padded. */
  #blocks = new Uint8Array(32 * BLOCK_BYTES);
  /** Kept once several hold the key. */
  #sealed: SealedMessages | undefined;

  constructor(key: Uint8Array, tables: AesTables) {
    this.#short = new Ccm(new Aes(key, tables));
    this.#ecb = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
    this.#cbc = createCipheriv("aes-128-cbc", key, new Uint8Array(KEY_BYTES)).setAutoPadding(false);
  }

  /** One more holds the key: what one has sealed, others will open. */
  share(): void {
    this.#sealed ??= new SealedMessages();
  }

  seal(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): void {
    const message = this.#sealed?.begin(nonce, aad, aadLength, data, start, end);
    if (aadLength > 0) this.#short.seal(nonce, aad, aadLength, data, start, end);
    else this.#sealRecord(nonce, data, start, end);
    message?.finish(data, start);
  }

  open(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (this.#sealed?.open(nonce, aad, aadLength, data, start, end)) return true;
    if (aadLength > 0) return this.#short.open(nonce, aad, aadLength, data, start, end);
    const stream = this.#keyStream(nonce, end - start);
    for (let i = start, at = BLOCK_BYTES; i < end; i++, at++) data[i] ^= stream[at];
    const mac = this.#mac(nonce, data, start, end);
    let difference = 0;
    for (let i = 0; i < TAG_BYTES; i++) difference |= data[end + i] ^ mac[i] ^ stream[i];
    return difference === 0;
  }

  #sealRecord(nonce: Uint8Array, data: Uint8Array, start: number, end: number): void {
    const mac = this.#mac(nonce, data, start, end);
    const stream = this.#keyStream(nonce, end - start);
    for (let i = start, at = BLOCK_BYTES; i < end; i++, at++) data[i] ^= stream[at];
    for (let i = 0; i < TAG_BYTES; i++) data[end + i] = mac[i] ^ stream[i];
  }

  /** S0 and the key stream, RFC 3610, 2.3. */
  #keyStream(nonce: Uint8Array, length: number): Uint8Array {
    const count = 1 + Math.ceil(length / BLOCK_BYTES);
    if (this.#counters.length < count * BLOCK_BYTES) this.#counters = counterBlocks(count);
    const blocks = this.#counters;
    for (let at = 0; at < count * BLOCK_BYTES; at += BLOCK_BYTES) blocks.set(nonce, at + 1);
    return this.#ecb.update(blocks.subarray(0, count * BLOCK_BYTES));
  }

  /** T of RFC 3610, 2.2. */
  #mac(nonce: Uint8Array, data: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    const size = BLOCK_BYTES * (1 + Math.ceil(length / BLOCK_BYTES));
    if (this.#blocks.length < size) this.#blocks = new Uint8Array(size);
    const blocks = this.#blocks.fill(0, 0, size);
    blocks[0] = FIRST_FLAGS;
    blocks.set(nonce, 1);
    blocks[LENGTH_AT] = length >> 8;
    blocks[LENGTH_AT + 1] = length;
    // The context goes on from the message before: adding that once more makes it start from 0.
    for (let i = 0; i < BLOCK_BYTES; i++) blocks[i] ^= this.#chained[i];
    blocks.set(data.subarray(start, end), BLOCK_BYTES);
    const encrypted = this.#cbc.update(blocks.subarray(0, size));
    this.#chained.set(encrypted.subarray(size - BLOCK_BYTES));
    return this.#chained;
  }
}

/** Blocks whose nonce is still to be written: A0 to A(count - 1) of RFC 3610, 2.3. */
function counterBlocks(count: number): Uint8Array {
  const blocks = new Uint8Array(count * BLOCK_BYTES);
  for (let i = 0; i < count; i++) {
    blocks[i * BLOCK_BYTES] = COUNTER_FLAGS;
    blocks[i * BLOCK_BYTES + LENGTH_AT] = i >> 8;
    blocks[i * BLOCK_BYTES + LENGTH_AT + 1] = i;
  }
  return blocks;
}
