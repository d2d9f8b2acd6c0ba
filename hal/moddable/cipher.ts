// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- mcconfig compiles with declarations of its own
/// <reference path="./typings/crypt.d.ts" />
import { BlockCipher as NativeCipher } from "crypt";
import type { AesCcm, Cipher } from "hal/cipher";
import { Ccm, type BlockCipher } from "hal/drivers/aes-ccm";

/** AES in the platform's C. The mode around it is ours: the platform has no CCM. */
export class ModdableCipher implements Cipher {
  aesCcm(key: Uint8Array): AesCcm {
    return new Ccm(new Aes(key));
  }
}

class Aes implements BlockCipher {
  readonly #native: NativeCipher;

  constructor(key: Uint8Array) {
    this.#native = new NativeCipher("AES", key.slice().buffer);
  }

  encrypt(block: Uint8Array): void {
    this.#native.encrypt(block.buffer as ArrayBuffer, block.buffer as ArrayBuffer);
  }
}
