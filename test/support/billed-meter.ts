import { Configuration } from "firmware/configuration/configuration";
import { UtcClock } from "firmware/clock/utc";
import { Kernel } from "firmware/kernel/kernel";
import { Billing } from "firmware/registers/billing";
import { RegisterQuantity, registerIndex } from "firmware/registers/obis";
import { Registers } from "firmware/registers/registers";
import { SelfReads } from "firmware/registers/self-read";
import type { ObjectStore } from "firmware/storage/object-store";
import { RecordBuffer } from "firmware/storage/record-buffer";
import { countIndex, Quantity } from "hal/metering-chip";
import { ManualClock, ScriptedChip } from "./scripted-meter";
import { eventLog } from "./event-log";

/** One count is one mWh. */
export class UnitChip extends ScriptedChip {
  override readonly countNumerator = 1;
  override readonly countDenominator = 1;
}

/** Objects in memory. */
export class MemoryObjects implements Pick<ObjectStore, "read" | "write"> {
  /** What was written last. */
  latest = new Uint8Array(0);
  readonly #objects = new Map<number, Uint8Array>();

  read(kind: number, into: Uint8Array): number {
    const bytes = this.#objects.get(kind);
    if (bytes === undefined) return -1;
    into.set(bytes);
    return bytes.length;
  }

  write(kind: number, from: Uint8Array, length: number): boolean {
    this.latest = from.slice(0, length);
    this.#objects.set(kind, this.latest);
    return true;
  }
}

/** Registers with billing on a clock and a chip made for it. */
export class BilledMeter {
  readonly clock = new ManualClock();
  readonly utc = new UtcClock(this.clock);
  readonly chip = new UnitChip();
  readonly configuration = new Configuration();
  readonly registers: Registers;
  readonly billing: Billing;

  /**
   * @param configure replaces objects of the configuration before billing starts
   * @param objects keeps self-reads, from object 1 on
   */
  constructor(
    pollPeriod_ms: number,
    configure: (configuration: Configuration) => void = () => {},
    readonly objects: Pick<ObjectStore, "read" | "write"> = new MemoryObjects(),
  ) {
    configure(this.configuration);
    this.registers = new Registers({
      kernel: new Kernel(this.clock),
      chip: this.chip,
      utc: this.utc,
      events: eventLog(this.utc),
      pollPeriod_ms,
    });
    const selfReads = new SelfReads(objects, 1, new RecordBuffer());
    this.billing = new Billing(this.registers, this.configuration, selfReads);
    this.configuration.onChanged = () => this.billing.configured();
  }

  /** Puts energy on its way: the next poll brings it. */
  flow(delivered_mWh: number, received_mWh = 0): void {
    this.chip.pending[countIndex(Quantity.activeDelivered, 0)] += delivered_mWh;
    this.chip.pending[countIndex(Quantity.activeReceived, 0)] += received_mWh;
  }

  total_mWh(direction: number): number {
    return this.registers.energy[registerIndex(RegisterQuantity.activeDelivered + direction, 0)];
  }

  /** Energy of the six tiers of a direction. */
  tiers(direction: number): number[] {
    return [0, 1, 2, 3, 4, 5].map((tier) => this.billing.tiers.energy[tier * 2 + direction]);
  }
}
