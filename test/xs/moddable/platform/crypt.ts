import { Aes, AesTables } from "hal/drivers/aes";

const BLOCK_BYTES = 16;

/** Moddable's `crypt`, as strict as its C: it takes an ArrayBuffer, and of it the first block. */
export class BlockCipher {
  readonly #aes: Aes;

  constructor(cipher: string, key: ArrayBuffer) {
    if (cipher !== "AES") throw new Error("unsupported cipher");
    if (length(key) !== 16) throw new Error("bad key size");
    this.#aes = new Aes(new Uint8Array(key), new AesTables());
  }

  encrypt(data: ArrayBuffer, result = new ArrayBuffer(BLOCK_BYTES)): ArrayBuffer {
    if (length(result) < BLOCK_BYTES) throw new Error("buffer too small");
    if (length(data) < BLOCK_BYTES) throw new Error("bad size");
    const block = new Uint8Array(data).slice(0, BLOCK_BYTES);
    this.#aes.encrypt(block);
    new Uint8Array(result).set(block);
    return result;
  }
}

function length(buffer: ArrayBuffer): number {
  if (!(buffer instanceof ArrayBuffer)) throw new TypeError("not an ArrayBuffer");
  return buffer.byteLength;
}
