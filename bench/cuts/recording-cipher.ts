import { TAG_BYTES, type AesCcm, type Cipher } from "hal/cipher";
import { NodeCipher } from "../../host-sim/cipher";

interface Sealed {
  readonly plain: Uint8Array;
  readonly sealed: Uint8Array;
}

/** A cipher that remembers all it sealed, throws where a nonce comes a second time, and opens what it knows quickly. */
export class RecordingCipher implements Cipher {
  readonly #sealed = new Map<string, Sealed>();

  /** @param before what was sealed up to a cut: it still counts, and does not change in the life after the cut */
  constructor(private readonly before?: RecordingCipher) {}

  aesCcm(key: Uint8Array): AesCcm {
    const cipher = new NodeCipher().aesCcm(key);
    const name = text(key);
    return {
      seal: (nonce, aad, aadLength, data, start, end) => {
        const use = name + text(nonce);
        if (this.#find(use) !== undefined)
          throw new Error(`nonce ${Buffer.from(nonce).toString("hex")} twice`);
        const plain = data.slice(start, end);
        cipher.seal(nonce, aad, aadLength, data, start, end);
        this.#sealed.set(use, { plain, sealed: data.slice(start, end + TAG_BYTES) });
      },
      open: (nonce, aad, aadLength, data, start, end) => {
        const known = this.#find(name + text(nonce));
        if (known === undefined || !equal(known.sealed, data, start))
          return cipher.open(nonce, aad, aadLength, data, start, end);
        data.set(known.plain, start);
        return true;
      },
    };
  }

  #find(use: string): Sealed | undefined {
    return this.#sealed.get(use) ?? (this.before === undefined ? undefined : this.before.#find(use));
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

function equal(expected: Uint8Array, data: Uint8Array, start: number): boolean {
  for (let i = 0; i < expected.length; i++) if (data[start + i] !== expected[i]) return false;
  return true;
}
