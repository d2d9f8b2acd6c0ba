import { EventLog } from "firmware/events/log";
import { IntervalLog } from "firmware/intervals/log";
import { Checkpoint } from "firmware/registers/checkpoint";
import { registerIndex } from "firmware/registers/obis";
import { Registers } from "firmware/registers/registers";
import { ObjectStore } from "firmware/storage/object-store";
import { RecordBytes, Store } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import { AppendRing } from "firmware/storage/ring";
import { KEY_BYTES, type Cipher } from "hal/cipher";
import type { Entropy } from "hal/entropy";
import type { Flash } from "hal/flash";
import { Quantity, countIndex } from "hal/metering-chip";
import { ScriptedPlatform } from "./scripted-meter";

const KEY = new Uint8Array(KEY_BYTES).fill(9);
const DELIVERED = countIndex(Quantity.activeDelivered, 0);
/** A count a second flows. */
export const COUNT_mWh = 3.125;

/** What stays when the supply goes. */
export interface DeviceParts {
  /** Of registers, intervals, events and configuration. */
  readonly flashes: readonly Flash[];
  readonly cipher: Cipher;
  readonly entropy: Entropy;
}

export interface DeviceOptions {
  pollPeriod_ms?: number;
  minimumOutage_s?: number;
}

/** A meter's metering on its flash, from one start to the next. Time is turned by hand. */
export class MeteringDevice extends ScriptedPlatform {
  readonly events: EventLog;
  readonly registers: Registers;
  readonly log: IntervalLog;
  readonly objects: ObjectStore;
  readonly rings: readonly AppendRing[];
  readonly #supply = { failing: false };

  constructor({ flashes, cipher, entropy }: DeviceParts, options: DeviceOptions = {}) {
    super();
    const { kernel, chip, utc, clock } = this;
    const sealed = { cipher: cipher.aesCcm(KEY), entropy, supply: this.#supply };
    const ring = (index: number, store: number, recordBytes: number): AppendRing =>
      new AppendRing({ ...sealed, flash: flashes[index], store, recordBytes });
    const checkpoints = ring(0, Store.registers, RecordBytes.registers);
    const intervals = ring(1, Store.intervals, RecordBytes.intervals);
    const events = ring(2, Store.events, RecordBytes.events);
    const objects = ring(3, Store.configuration, RecordBytes.configuration);
    this.rings = [checkpoints, intervals, events, objects];
    let counted_s = 0;
    chip.onPoll = () => {
      const now_s = Math.floor(clock.now_ms() / 1000);
      chip.pending[DELIVERED] += now_s - counted_s;
      counted_s = now_s;
    };
    const buffer = new RecordBuffer();
    this.events = new EventLog(utc, events, buffer);
    const checkpoint = new Checkpoint(checkpoints, buffer);
    this.registers = new Registers({
      kernel,
      chip,
      utc,
      events: this.events,
      checkpoint,
      ...(options.pollPeriod_ms !== undefined && { pollPeriod_ms: options.pollPeriod_ms }),
    });
    this.log = new IntervalLog({
      registers: this.registers,
      utc,
      events: this.events,
      ring: intervals,
      buffer,
      interval_min: 15,
      ...(options.minimumOutage_s !== undefined && { minimumOutage_s: options.minimumOutage_s }),
    });
    this.objects = new ObjectStore(objects, 2);
    this.registers.start();
  }

  /** What the signal of the power monitor does. */
  fail(): void {
    this.#supply.failing = true;
    this.registers.poll();
    this.registers.save();
  }

  get delivered_mWh(): number {
    return this.registers.energy[registerIndex(0, 0)];
  }
}
