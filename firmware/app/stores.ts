import type { Rings } from "firmware/app/rings";
import { CONFIGURATION_KINDS } from "firmware/configuration/configuration";
import { Moves } from "firmware/mesh/rpl/moves";
import { BILLING_OBJECTS } from "firmware/registers/billing-store";
import { ObjectStore } from "firmware/storage/object-store";
import type { Partitions } from "firmware/storage/partition";
import { RecordBytes, Store } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import type { AppendRing } from "firmware/storage/ring";

const MOVES = CONFIGURATION_KINDS + BILLING_OBJECTS;

/** What a meter keeps in flash. */
export class Stores {
  readonly checkpoints: AppendRing;
  readonly events: AppendRing;
  readonly intervals: AppendRing;
  /** Configuration, then billing, then {@link moves}. */
  readonly objects: ObjectStore;
  readonly moves: Moves;
  /** For what is written to them and read. */
  readonly buffer = new RecordBuffer();

  constructor(rings: Rings, flash: Partitions) {
    this.checkpoints = rings.open(flash.registers, Store.registers, RecordBytes.registers);
    this.events = rings.open(flash.events, Store.events, RecordBytes.events);
    this.intervals = rings.open(flash.intervals, Store.intervals, RecordBytes.intervals);
    const objects = rings.open(flash.configuration, Store.configuration, RecordBytes.configuration);
    this.objects = new ObjectStore(objects, MOVES + 1);
    this.moves = new Moves(this.objects, MOVES, this.buffer);
  }
}
