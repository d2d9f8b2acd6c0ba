import { Interval, IntervalChannel } from "firmware/intervals/interval";
import { IntervalFlag } from "firmware/intervals/flags";
import { IntervalLog } from "firmware/intervals/log";
import { Checkpoint } from "firmware/registers/checkpoint";
import { registerIndex } from "firmware/registers/obis";
import { CHECKPOINT_PERIOD_ms, Registers } from "firmware/registers/registers";
import { ObjectStore } from "firmware/storage/object-store";
import { RecordBytes, Store } from "firmware/storage/partitions";
import { AppendRing } from "firmware/storage/ring";
import { KEY_BYTES } from "hal/cipher";
import { Quantity, countIndex } from "hal/metering-chip";
import { Random } from "../../host-sim/random";
import { ScriptedMeter } from "../../test/support/scripted-meter";
import { expect } from "./ring-scenario";
import type { Rig, Scenario } from "./scenario";

const KEY = new Uint8Array(KEY_BYTES).fill(9);
const MIDNIGHT_ms = Date.UTC(2026, 2, 1);
const CADENCE_ms = 900_000;
const DELIVERED = countIndex(Quantity.activeDelivered, 0);
/** A count a second. */
const COUNT_mWh = 3.125;
const SLOW_POLL_ms = CADENCE_ms;
const FAST_POLL_ms = 5_000;
const OBJECT_BYTES = 40;
const [REGISTERS, INTERVALS, CONFIGURATION] = [0, 1, 2];
/** Intervals that are there at least, whatever the ring gives up, copies and marks of starts aside. */
const KEPT = 24;

/** A meter's metering on its flash, from one start to the next. */
class Device {
  readonly scripted = new ScriptedMeter();
  readonly registers: Registers;
  readonly log: IntervalLog;
  readonly configuration: ObjectStore;
  readonly rings: AppendRing[];
  readonly #supply = { failing: false };

  constructor({ flashes, cipher, entropy }: Rig, pollPeriod_ms: number) {
    const { kernel, chip, utc, events, clock } = this.scripted;
    const sealed = { cipher: cipher.aesCcm(KEY), entropy, supply: this.#supply };
    const ring = (index: number, store: number, recordBytes: number): AppendRing =>
      new AppendRing({ ...sealed, flash: flashes[index]!, store, recordBytes });
    const checkpoints = ring(REGISTERS, Store.registers, RecordBytes.registers);
    const records = ring(INTERVALS, Store.intervals, RecordBytes.intervals);
    const objects = ring(CONFIGURATION, Store.configuration, 256);
    this.rings = [checkpoints, records, objects];
    let counted_s = 0;
    chip.onPoll = () => {
      const now_s = Math.floor(clock.now_ms() / 1000);
      chip.pending[DELIVERED] += now_s - counted_s;
      counted_s = now_s;
    };
    const checkpoint = new Checkpoint(checkpoints);
    this.registers = new Registers({ kernel, chip, utc, events, pollPeriod_ms, checkpoint });
    this.log = new IntervalLog({ registers: this.registers, utc, events, ring: records, interval_min: 15 });
    this.configuration = new ObjectStore(objects, 2);
    this.registers.start();
  }

  /** What the signal of the power monitor does. */
  fail(): void {
    this.#supply.failing = true;
    this.registers.poll();
    this.registers.save();
  }

  get delivered_mWh(): number {
    return this.registers.energy[registerIndex(0, 0)]!;
  }
}

/** One acknowledged interval, as it was read back. */
type Told = readonly [start_s: number, flags: number, delivered_mWh: number, closing_mWh: number];

/**
 * A meter through checkpoints, interval closes, changes of its configuration, power failures with a warning and
 * without, before and after it knows the time, until each of its stores has wrapped.
 */
export class MeterScenario implements Scenario {
  readonly name = "meter";
  readonly partitions = [
    { size: 3 * 2048, sectorBytes: 2048 },
    { size: 4 * 2048, sectorBytes: 2048 },
    { size: 3 * 2048, sectorBytes: 2048 },
  ];
  /** True time, and what had flowed when the device that runs started. */
  #now_ms = MIDNIGHT_ms;
  #startedAt_mWh = 0;
  #poll_ms = FAST_POLL_ms;
  /** Uptime of the device that runs; -1 while it starts. */
  #uptime_ms = 0;
  #intervals = new Map<number, Told>();
  #next = 0;
  /** Number of the object that was acknowledged, and of the one being written. */
  #object = 0;
  #writing = 0;

  constructor(private readonly seed: number) {}

  run(rig: Rig): void {
    const random = new Random(this.seed, this.name);
    for (let start = 0; start < 7; start++) {
      this.#poll_ms = start % 3 === 1 ? FAST_POLL_ms : SLOW_POLL_ms;
      this.#uptime_ms = 0;
      const device = new Device(rig, this.#poll_ms);
      this.#startedAt_mWh = device.delivered_mWh;
      this.#acknowledge(device);
      const knowsTime = start !== 4;
      if (knowsTime) device.scripted.utc.set(this.#now_ms);
      const steps = this.#poll_ms === FAST_POLL_ms ? 6 : 8 + random.below(6);
      for (let step = 0; step < steps; step++) {
        if (step === 2) this.#configure(device);
        this.#advance(device, this.#poll_ms === FAST_POLL_ms ? 5_000 : CADENCE_ms);
        if (random.chance(0.3)) for (const ring of device.rings) ring.prepare();
        this.#acknowledge(device);
      }
      if (random.chance(0.5)) device.fail();
      this.#now_ms += random.below(5) * 1_000_000;
    }
  }

  restart(rig: Rig): void {
    const device = new Device(rig, SLOW_POLL_ms);
    this.#judge(device);
    const before = [this.#now_ms, this.#startedAt_mWh, this.#poll_ms, this.#uptime_ms] as const;
    this.#now_ms += 60_000;
    this.#startedAt_mWh = device.delivered_mWh;
    this.#poll_ms = SLOW_POLL_ms;
    this.#uptime_ms = 0;
    try {
      device.scripted.utc.set(this.#now_ms);
      this.#advance(device, 2 * CADENCE_ms);
      this.#judgeIntervals(device);
      const { log } = device;
      const last = new Interval();
      expect(log.read(log.next - 1, last), "the newest interval does not read");
      const open_mWh = device.delivered_mWh - last.closingDelivered_mWh;
      expect(open_mWh >= 0 && open_mWh <= 901 * COUNT_mWh, `${open_mWh} mWh stand in no interval`);
    } finally {
      [this.#now_ms, this.#startedAt_mWh, this.#poll_ms, this.#uptime_ms] = before;
    }
  }

  #advance(device: Device, by_ms: number): void {
    // Cuts fall into it: it is then as late as it may be.
    this.#now_ms += by_ms;
    this.#uptime_ms += by_ms;
    device.scripted.clock.advance(by_ms);
  }

  #configure({ configuration }: Device): void {
    this.#writing = this.#object + 1;
    expect(configuration.write(1, objectOf(this.#writing), OBJECT_BYTES), "the object was not taken");
    this.#object = this.#writing;
  }

  /** What a reader may have seen by now. */
  #acknowledge({ log }: Device): void {
    const interval = new Interval();
    for (; this.#next < log.next; this.#next++)
      if (log.read(this.#next, interval)) this.#intervals.set(this.#next, toldBy(interval));
  }

  #judge(device: Device): void {
    const flowed_mWh = this.#startedAt_mWh + (this.#uptime_ms / 1000) * COUNT_mWh;
    const missing_mWh = flowed_mWh - device.delivered_mWh;
    const most_s = (Math.max(this.#poll_ms, CHECKPOINT_PERIOD_ms) + this.#poll_ms) / 1000;
    expect(missing_mWh > -1, `${-missing_mWh} mWh were invented`);
    expect(missing_mWh <= most_s * COUNT_mWh + 1, `${missing_mWh} mWh are missing`);
    expect(device.delivered_mWh >= this.#startedAt_mWh, "a register went back");
    this.#judgeIntervals(device);
    const object = new Uint8Array(OBJECT_BYTES);
    const length = device.configuration.read(1, object);
    const is = (number: number): boolean =>
      number === 0 ? length === -1 : objectOf(number).every((byte, i) => byte === object[i]);
    expect(is(this.#object) || is(this.#writing), "the configuration is neither the old nor the new one");
  }

  #judgeIntervals({ log }: Device): void {
    const interval = new Interval();
    expect(log.next >= this.#next, `interval ${this.#next - 1} is lost`);
    expect(log.first <= Math.max(1, this.#next - KEPT), `only ${this.#next - log.first} intervals are kept`);
    let closing_mWh: number | undefined;
    let end_s: number | undefined;
    for (let sequence = log.first; sequence < log.next; sequence++) {
      expect(log.read(sequence, interval), `interval ${sequence} does not read`);
      const told = toldBy(interval);
      const known = this.#intervals.get(sequence);
      expect(known === undefined || known.join() === told.join(), `interval ${sequence} has changed`);
      const [start_s, flags, delivered_mWh, closes_mWh] = told;
      if (closing_mWh !== undefined)
        expect(closing_mWh + delivered_mWh === closes_mWh, `interval ${sequence} does not add up`);
      closing_mWh = closes_mWh;
      if ((flags & IntervalFlag.unknownTime) !== 0) continue;
      expect(end_s === undefined || start_s === end_s, `interval ${sequence} does not follow`);
      end_s = start_s + CADENCE_ms / 1000;
    }
  }
}

function toldBy({ start_s, flags, values, closingDelivered_mWh }: Interval): Told {
  return [start_s, flags, values[IntervalChannel.activeDelivered]!, closingDelivered_mWh];
}

function objectOf(number: number): Uint8Array {
  return new Uint8Array(OBJECT_BYTES).map((_, i) => number * 37 + i * 5);
}
