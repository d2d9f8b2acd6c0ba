import { LONGEST_RECORD_BYTES } from "firmware/storage/partitions";
import { AppendRing } from "firmware/storage/ring";
import { RingWorkspace } from "firmware/storage/workspace";
import type { AesCcm, Cipher } from "hal/cipher";
import type { Entropy } from "hal/entropy";
import type { Flash } from "hal/flash";
import type { Identity } from "hal/identity";

export interface RingsHal {
  cipher: Cipher;
  entropy: Entropy;
  identity: Identity;
  /** Nothing is erased while it fails. */
  power?: { readonly failing: boolean };
}

/** Opens the rings of a device: under its key, in one workspace, and none of them erased while its supply fails. */
export class Rings {
  /** Numbers of the stores that were found with records of another format, or under another key. */
  readonly foreign: number[] = [];
  readonly #hal: RingsHal;
  readonly #key: AesCcm;
  readonly #workspace = new RingWorkspace(LONGEST_RECORD_BYTES);

  constructor(hal: RingsHal) {
    this.#hal = hal;
    this.#key = hal.cipher.aesCcm(hal.identity.storageKey);
  }

  open(flash: Flash, store: number, recordBytes: number): AppendRing {
    const ring = new AppendRing({
      flash,
      store,
      recordBytes,
      cipher: this.#key,
      entropy: this.#hal.entropy,
      supply: this.#hal.power,
      workspace: this.#workspace,
    });
    if (ring.foreign) this.foreign.push(store);
    return ring;
  }
}
