/** What is used here of a module whose published typings declare its digests only. */
declare module "crypt" {
  export class BlockCipher {
    /** @param key copied */
    constructor(cipher: "AES", key: ArrayBuffer);
    /** Encrypts the first block of `data` into `result`, which may be `data`; it takes no views. */
    encrypt(data: ArrayBuffer, result: ArrayBuffer): ArrayBuffer;
  }
}
