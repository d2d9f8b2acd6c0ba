import { Reader } from "firmware/codec/cursor";
import { KEY_BYTES, NONCE_BYTES } from "hal/cipher";
import { NativeCipher, type Native } from "../../../emulator/programs/meter";

/** Seals or opens what a message says, and answers whether that was right and what is in the data then. */
export function start(...native: Native): (message: ArrayBuffer) => ArrayBuffer {
  const [, , , , , , expandKey, encrypt] = native;
  const cipher = new NativeCipher(expandKey, encrypt);
  return (message) => {
    const bytes = new Uint8Array(message);
    const reader = new Reader(bytes);
    const take = (length: number): Uint8Array => {
      const taken = new Uint8Array(length);
      reader.copy(taken, 0, length);
      return taken;
    };
    const isSeal = reader.u8() !== 0;
    const ccm = cipher.aesCcm(take(KEY_BYTES));
    const nonce = take(NONCE_BYTES);
    const aad = take(reader.u16());
    const start = reader.u16();
    const end = reader.u16();
    const data = take(reader.remaining);
    let isRight = true;
    if (isSeal) ccm.seal(nonce, aad, aad.length, data, start, end);
    else isRight = ccm.open(nonce, aad, aad.length, data, start, end);
    const answer = new Uint8Array(1 + data.length);
    answer[0] = isRight ? 1 : 0;
    answer.set(data, 1);
    return answer.buffer;
  };
}
