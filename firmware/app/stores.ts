import { CONFIGURATION_KINDS } from "firmware/configuration/configuration";
import { BILLING_OBJECTS } from "firmware/registers/billing-store";
import { ObjectStore } from "firmware/storage/object-store";
import type { Partitions } from "firmware/storage/partition";
import { LONGEST_RECORD_BYTES, RecordBytes, Store } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import { AppendRing } from "firmware/storage/ring";
import { RingWorkspace } from "firmware/storage/workspace";
import type { Cipher } from "hal/cipher";
import type { Entropy } from "hal/entropy";
import type { Flash } from "hal/flash";
import type { Identity } from "hal/identity";

export interface StoresHal {
  flash: Partitions;
  cipher: Cipher;
  entropy: Entropy;
  identity: Identity;
  /** Nothing is erased while it fails. */
  power?: { readonly failing: boolean };
}

/** What a meter keeps in flash, under the key of the device. */
export class Stores {
  readonly checkpoints: AppendRing;
  readonly events: AppendRing;
  readonly intervals: AppendRing;
  /** Configuration, then billing. */
  readonly objects: ObjectStore;
  /** For what is written to them and read. */
  readonly buffer = new RecordBuffer();
  /** Numbers of the stores that were found with records of another format, or under another key. */
  readonly foreign: readonly number[];

  constructor({ flash, cipher, entropy, identity, power }: StoresHal) {
    const key = cipher.aesCcm(identity.storageKey);
    const workspace = new RingWorkspace(LONGEST_RECORD_BYTES);
    const foreign: number[] = [];
    const open = (partition: Flash, store: number, recordBytes: number): AppendRing => {
      const ring = new AppendRing({
        flash: partition,
        cipher: key,
        entropy,
        supply: power,
        store,
        recordBytes,
        workspace,
      });
      if (ring.foreign) foreign.push(store);
      return ring;
    };
    this.checkpoints = open(flash.registers, Store.registers, RecordBytes.registers);
    this.events = open(flash.events, Store.events, RecordBytes.events);
    this.intervals = open(flash.intervals, Store.intervals, RecordBytes.intervals);
    const objects = open(flash.configuration, Store.configuration, RecordBytes.configuration);
    this.objects = new ObjectStore(objects, CONFIGURATION_KINDS + BILLING_OBJECTS);
    this.foreign = foreign;
  }
}
