import { NONCE_BYTES, TAG_BYTES } from "hal/cipher";

/** As many as are on the air at a time, and more. A power of 2. */
const REMEMBERED = 256;
const MESSAGE_BYTES = 256;

/**
 * The messages sealed last with a key that many hold. A frame that all in range hear is so decrypted once, and then
 * compared: what is opened is what was sealed, to the byte, or it is not answered from here.
 */
export class SealedMessages {
  readonly #messages: (SealedMessage | undefined)[] = new Array<undefined>(REMEMBERED).fill(undefined);

  /**
   * Takes what is about to be sealed; the message that it answers is told of the end. What has no header is a record of
   * a store, which its own node alone reads.
   */
  begin(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): SealedMessage | undefined {
    if (aadLength === 0 || aadLength > MESSAGE_BYTES || end - start + TAG_BYTES > MESSAGE_BYTES)
      return undefined;
    const message = (this.#messages[indexOf(nonce)] ??= new SealedMessage());
    message.begin(nonce, aad, aadLength, data, start, end);
    return message;
  }

  /** As `AesCcm.open` does. False: it is not known, and nothing was done. */
  open(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    return this.#messages[indexOf(nonce)]?.open(nonce, aad, aadLength, data, start, end) ?? false;
  }
}

class SealedMessage {
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  readonly #aad = new Uint8Array(MESSAGE_BYTES);
  readonly #plain = new Uint8Array(MESSAGE_BYTES);
  /** With its tag. */
  readonly #sealed = new Uint8Array(MESSAGE_BYTES);
  #aadLength = -1;
  #length = 0;

  begin(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#aadLength = aadLength;
    this.#length = end - start;
    for (let i = 0; i < NONCE_BYTES; i++) this.#nonce[i] = nonce[i];
    for (let i = 0; i < aadLength; i++) this.#aad[i] = aad[i];
    for (let i = start; i < end; i++) this.#plain[i - start] = data[i];
  }

  finish(data: Uint8Array, start: number): void {
    for (let i = 0; i < this.#length + TAG_BYTES; i++) this.#sealed[i] = data[start + i];
  }

  open(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const length = this.#length;
    if (aadLength !== this.#aadLength || end - start !== length) return false;
    for (let i = 0; i < NONCE_BYTES; i++) if (nonce[i] !== this.#nonce[i]) return false;
    for (let i = 0; i < aadLength; i++) if (aad[i] !== this.#aad[i]) return false;
    for (let i = 0; i < length + TAG_BYTES; i++) if (data[start + i] !== this.#sealed[i]) return false;
    for (let i = 0; i < length; i++) data[start + i] = this.#plain[i];
    return true;
  }
}

/** Of the low bytes of the sender's address and of its frame counter. */
function indexOf(nonce: Uint8Array): number {
  return (nonce[7] * 7 + nonce[11]) & (REMEMBERED - 1);
}
