import { EventCode, EventRecord } from "firmware/events/log";
import { IntervalFlag } from "firmware/intervals/flags";
import { Interval, IntervalChannel } from "firmware/intervals/interval";
import { CHECKPOINT_PERIOD_ms } from "firmware/registers/registers";
import { Random } from "../../host-sim/random";
import { COUNT_mWh, MeteringDevice } from "../../test/support/metering-device";
import { expect, type Rig, type Scenario } from "./scenario";

const MIDNIGHT_ms = Date.UTC(2026, 2, 1);
const CADENCE_ms = 900_000;
const SLOW_POLL_ms = CADENCE_ms;
const FAST_POLL_ms = 5_000;
const OBJECT_BYTES = 40;
/** What is there at least, whatever the rings give up for new sectors, and for copies and marks at starts. */
const KEPT_INTERVALS = 24;
const KEPT_EVENTS = 16;

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
    { size: 3 * 1024, sectorBytes: 1024 },
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
  /** Arguments of the events that were acknowledged, by number. */
  #events = new Map<number, number>();
  #nextEvent = 1;
  /** Number of the object that was acknowledged, and of the one being written. */
  #object = 0;
  #writing = 0;

  constructor(private readonly seed: number) {}

  run(rig: Rig): void {
    const random = new Random(this.seed, this.name);
    for (let start = 0; start < 7; start++) {
      const pollPeriod_ms = start % 3 === 1 ? FAST_POLL_ms : SLOW_POLL_ms;
      const device = new MeteringDevice(rig, { pollPeriod_ms });
      this.#poll_ms = pollPeriod_ms;
      this.#startedAt_mWh = device.delivered_mWh;
      this.#uptime_ms = 0;
      this.#acknowledge(device);
      const knowsTime = start !== 4;
      if (knowsTime) device.utc.set(this.#now_ms);
      const steps = this.#poll_ms === FAST_POLL_ms ? 6 : 8 + random.below(6);
      for (let step = 0; step < steps; step++) {
        if (step === 2) this.#configure(device);
        this.#record(device);
        this.#advance(device, this.#poll_ms === FAST_POLL_ms ? 5_000 : CADENCE_ms);
        if (random.chance(0.3)) for (const ring of device.rings) ring.prepare();
        this.#acknowledge(device);
      }
      if (random.chance(0.5)) device.fail();
      this.#now_ms += random.below(5) * 1_000_000;
    }
  }

  restart(rig: Rig): void {
    const device = new MeteringDevice(rig, { pollPeriod_ms: SLOW_POLL_ms });
    this.#judge(device);
    const before = [this.#now_ms, this.#startedAt_mWh, this.#poll_ms, this.#uptime_ms] as const;
    this.#now_ms += 60_000;
    this.#startedAt_mWh = device.delivered_mWh;
    this.#poll_ms = SLOW_POLL_ms;
    this.#uptime_ms = 0;
    try {
      device.utc.set(this.#now_ms);
      this.#advance(device, CADENCE_ms);
      this.#advance(device, CADENCE_ms);
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

  get #step_ms(): number {
    return this.#poll_ms === FAST_POLL_ms ? 1_000 : 60_000;
  }

  #advance(device: MeteringDevice, by_ms: number): void {
    // Cuts fall into a step: it is then as late as it may be.
    const step_ms = this.#step_ms;
    for (let done_ms = 0; done_ms < by_ms; done_ms += step_ms) {
      this.#now_ms += step_ms;
      this.#uptime_ms += step_ms;
      device.clock.advance(step_ms);
    }
  }

  #configure({ objects }: MeteringDevice): void {
    this.#writing = this.#object + 1;
    expect(objects.write(1, objectOf(this.#writing), OBJECT_BYTES), "the object was not taken");
    this.#object = this.#writing;
  }

  #record({ events }: MeteringDevice): void {
    events.record(EventCode.configurationChanged, this.#now_ms / 1000);
  }

  /** What a reader may have seen by now. */
  #acknowledge({ log, events }: MeteringDevice): void {
    const event = new EventRecord();
    for (; this.#nextEvent < events.next; this.#nextEvent++)
      if (events.read(this.#nextEvent, event)) this.#events.set(this.#nextEvent, event.argument);
    const interval = new Interval();
    for (; this.#next < log.next; this.#next++)
      if (log.read(this.#next, interval)) this.#intervals.set(this.#next, toldBy(interval));
  }

  #judge(device: MeteringDevice): void {
    const flowed_mWh = this.#startedAt_mWh + (this.#uptime_ms / 1000) * COUNT_mWh;
    const missing_mWh = flowed_mWh - device.delivered_mWh;
    // Energy is counted by whole seconds.
    const most_s = (Math.max(this.#poll_ms, CHECKPOINT_PERIOD_ms) + this.#step_ms) / 1000 + 1;
    expect(missing_mWh > -1, `${-missing_mWh} mWh were invented`);
    expect(missing_mWh <= most_s * COUNT_mWh + 1, `${missing_mWh} mWh are missing`);
    expect(device.delivered_mWh >= this.#startedAt_mWh, "a register went back");
    this.#judgeIntervals(device);
    this.#judgeEvents(device);
    const object = new Uint8Array(OBJECT_BYTES);
    const length = device.objects.read(1, object);
    const is = (number: number): boolean =>
      number === 0 ? length === -1 : objectOf(number).every((byte, i) => byte === object[i]);
    expect(is(this.#object) || is(this.#writing), "the configuration is neither the old nor the new one");
  }

  #judgeEvents({ events }: MeteringDevice): void {
    const event = new EventRecord();
    expect(events.next >= this.#nextEvent, `event ${this.#nextEvent - 1} is lost`);
    const { first } = events;
    expect(
      first <= Math.max(1, this.#nextEvent - KEPT_EVENTS),
      `only ${this.#nextEvent - first} events are kept`,
    );
    for (let sequence = first; sequence < this.#nextEvent; sequence++) {
      expect(events.read(sequence, event), `event ${sequence} does not read`);
      const known = this.#events.get(sequence);
      expect(known === undefined || known === event.argument, `event ${sequence} has changed`);
    }
  }

  #judgeIntervals({ log }: MeteringDevice): void {
    const interval = new Interval();
    expect(log.next >= this.#next, `interval ${this.#next - 1} is lost`);
    expect(
      log.first <= Math.max(1, this.#next - KEPT_INTERVALS),
      `only ${this.#next - log.first} intervals are kept`,
    );
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
  return [start_s, flags, values[IntervalChannel.activeDelivered], closingDelivered_mWh];
}

function objectOf(number: number): Uint8Array {
  return new Uint8Array(OBJECT_BYTES).map((_, i) => number * 37 + i * 5);
}
