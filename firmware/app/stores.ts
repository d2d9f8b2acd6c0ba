import type { Rings } from "firmware/app/rings";
import { CONFIGURATION_KINDS } from "firmware/configuration/configuration";
import { BILLING_OBJECTS } from "firmware/registers/billing-store";
import { ObjectStore } from "firmware/storage/object-store";
import type { Partitions } from "firmware/storage/partition";
import { RecordBytes, Store } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import type { AppendRing } from "firmware/storage/ring";

/** What a meter keeps in flash. */
export class Stores {
  readonly checkpoints: AppendRing;
  readonly events: AppendRing;
  readonly intervals: AppendRing;
  /** Configuration, then billing. */
  readonly objects: ObjectStore;
  /** For what is written to them and read. */
  readonly buffer = new RecordBuffer();

  constructor(rings: Rings, flash: Partitions) {
    this.checkpoints = rings.open(flash.registers, Store.registers, RecordBytes.registers);
    this.events = rings.open(flash.events, Store.events, RecordBytes.events);
    this.intervals = rings.open(flash.intervals, Store.intervals, RecordBytes.intervals);
    const objects = rings.open(flash.configuration, Store.configuration, RecordBytes.configuration);
    this.objects = new ObjectStore(objects, CONFIGURATION_KINDS + BILLING_OBJECTS);
  }
}
