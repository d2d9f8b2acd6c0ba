import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IntervalFlag } from "firmware/intervals/flags";
import { Interval, IntervalChannel } from "firmware/intervals/interval";
import type { IntervalLog } from "firmware/intervals/log";
import { CHECKPOINT_PERIOD_ms } from "firmware/registers/registers";
import { NodeCipher } from "../../../host-sim/cipher";
import { NorFlash } from "../../../host-sim/flash";
import { SeededEntropy } from "../../../host-sim/node";
import { Random } from "../../../host-sim/random";
import { COUNT_mWh, MeteringDevice } from "../../support/metering-device";

const { short, missing, partial, clockSet, powerFail, unknownTime } = IntervalFlag;
const MINUTE_ms = 60_000;
const CADENCE_ms = 15 * MINUTE_ms;
/** 2026-03-01T00:00Z */
const MIDNIGHT_ms = 1_772_323_200_000;

/** A meter at one count a second, that is cut off from its supply now and then. */
class House {
  readonly #parts = {
    flashes: [128, 256, 16, 16].map((kilobytes) => new NorFlash({ size: kilobytes * 1024 })),
    cipher: new NodeCipher(),
    entropy: new SeededEntropy(new Random(1, "salts")),
  };
  /** True time. */
  now_ms = MIDNIGHT_ms;
  device!: MeteringDevice;

  constructor(private readonly minimumOutage_s = 0) {
    this.on();
  }

  get log(): IntervalLog {
    return this.device.log;
  }

  on(): void {
    this.device = new MeteringDevice(this.#parts, { minimumOutage_s: this.minimumOutage_s });
  }

  run(duration_ms: number): void {
    this.device.clock.advance(duration_ms);
    this.now_ms += duration_ms;
  }

  setTime(): void {
    this.device.utc.set(this.now_ms);
  }

  /** Cuts the supply for a while; `warned`: the meter had its signal. */
  cut(outage_ms: number, warned = false): void {
    if (warned) this.device.fail();
    this.now_ms += outage_ms;
    this.on();
  }

  get delivered_mWh(): number {
    return this.device.delivered_mWh;
  }

  intervals(): Interval[] {
    const found: Interval[] = [];
    for (let sequence = this.log.first; sequence < this.log.next; sequence++) {
      const interval = new Interval();
      expect(this.log.read(sequence, interval), String(sequence)).toBe(true);
      found.push(interval);
    }
    return found;
  }

  /** Start in minutes since midnight (-1 where it is not known), flags, energy delivered. */
  table(): [number, number, number][] {
    return this.intervals().map(({ start_s, flags, values }) => [
      start_s === 0 ? -1 : (start_s * 1000 - MIDNIGHT_ms) / MINUTE_ms,
      flags,
      values[IntervalChannel.activeDelivered],
    ]);
  }
}

describe("after a power failure", () => {
  it("registers go on, with what was saved at the signal", () => {
    const house = new House();
    house.run(1_234_567);
    house.cut(60_000, true);
    expect(house.delivered_mWh).toBe(Math.floor(1234 * COUNT_mWh));
  });

  it("without a signal at most one checkpoint period is missing, and nothing invented", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 8 }),
        (runs_ms) => {
          const house = new House();
          let before_mWh = 0;
          for (const run_ms of runs_ms) {
            const since_mWh = house.delivered_mWh;
            house.run(run_ms);
            const ran_mWh = Math.floor(run_ms / 1000) * COUNT_mWh;
            house.cut(1000);
            const kept_mWh = house.delivered_mWh - since_mWh;
            // A rest below a unit was there before.
            expect(kept_mWh).toBeLessThan(ran_mWh + 1);
            // What flows is counted by whole seconds.
            const lost_s = CHECKPOINT_PERIOD_ms / 1000 + 1;
            expect(kept_mWh).toBeGreaterThanOrEqual(ran_mWh - lost_s * COUNT_mWh - 1);
            expect(house.delivered_mWh).toBeGreaterThanOrEqual(before_mWh);
            before_mWh = house.delivered_mWh;
          }
        },
      ),
    );
  });

  it("its first and last interval are partial, those between skipped with zeros: no hour goes to the next", () => {
    const house = new House();
    house.setTime();
    house.run(20 * MINUTE_ms);
    house.cut(60 * MINUTE_ms, true);
    house.run(MINUTE_ms);
    house.setTime();
    house.run(29 * MINUTE_ms);
    expect(house.table()).toEqual([
      [0, clockSet, 2812],
      [15, powerFail | partial | short, 938],
      [30, missing | powerFail, 0],
      [45, missing | powerFail, 0],
      [60, missing | powerFail, 0],
      [75, powerFail | partial | short | clockSet, 1875],
      [90, 0, 2812],
    ]);
  });

  it("that was shorter than the minimum, nothing is flagged for it", () => {
    const house = new House(30);
    house.setTime();
    house.run(5 * MINUTE_ms);
    house.cut(29_000, true);
    house.setTime();
    house.run(10 * MINUTE_ms);
    house.cut(30_000, true);
    house.setTime();
    house.run(15 * MINUTE_ms);
    expect(house.table().map(([start, flags]) => [start, flags & ~clockSet])).toEqual([
      [0, short],
      [15, powerFail | partial | short],
    ]);
  });

  it("what was counted before the time was known stands in one interval of unknown time", () => {
    const house = new House();
    house.setTime();
    house.run(20 * MINUTE_ms);
    house.cut(60 * MINUTE_ms, true);
    house.run(40 * MINUTE_ms);
    house.cut(60 * MINUTE_ms, true);
    house.setTime();
    house.run(15 * MINUTE_ms);
    expect(house.table()).toEqual([
      [0, clockSet, 2812],
      [15, powerFail | partial | short, 938],
      [-1, powerFail | unknownTime, 7500],
      ...[30, 45, 60, 75, 90, 105, 120, 135, 150, 165].map((start) => [start, missing | powerFail, 0]),
      [180, powerFail | partial | clockSet, 2812],
    ]);
  });

  it("a supply that flickers before the time is known takes no interval ahead of its time", () => {
    const house = new House();
    house.setTime();
    house.run(5 * MINUTE_ms);
    for (let blink = 0; blink < 12; blink++) {
      house.cut(1000, true);
      house.run(20_000);
    }
    house.setTime();
    const open_ms = 20 * MINUTE_ms - (house.now_ms - MIDNIGHT_ms);
    house.run(open_ms);
    const seconds = (15 * MINUTE_ms - 12_000) / 1000;
    expect(house.table()).toEqual([
      [0, powerFail | partial | short | clockSet, Math.floor(seconds * COUNT_mWh)],
    ]);
  });

  it("a year of it is one record, and a moment to read", () => {
    const house = new House();
    house.setTime();
    house.run(20 * MINUTE_ms);
    house.cut(365 * 86_400_000, true);
    house.setTime();
    house.run(15 * MINUTE_ms);
    const { log } = house;
    expect(log.next).toBe(1 + 1 + 1 + 365 * 96 - 1 + 1);
    const interval = new Interval();
    for (const sequence of [3, 1000, log.next - 2]) {
      expect(log.read(sequence, interval)).toBe(true);
      expect([interval.flags, interval.start_s]).toEqual([
        missing | powerFail,
        MIDNIGHT_ms / 1000 + (sequence - 1) * 900,
      ]);
    }
  });

  const step = fc.oneof(
    fc.record({ kind: fc.constant("run" as const), ms: fc.integer({ min: 0, max: 3 * CADENCE_ms }) }),
    fc.record({ kind: fc.constant("cut" as const), ms: fc.integer({ min: 0, max: 8 * CADENCE_ms }) }),
    fc.record({ kind: fc.constant("warned" as const), ms: fc.integer({ min: 0, max: 8 * CADENCE_ms }) }),
    fc.record({ kind: fc.constant("set" as const), ms: fc.constant(0) }),
  );

  it("whatever happens, intervals add up to the register, each slot is there once and in order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const house = new House();
        house.setTime();
        for (const { kind, ms } of [...steps, { kind: "set" as const, ms: 0 }]) {
          if (kind === "run") house.run(ms);
          else if (kind === "set") house.setTime();
          else house.cut(ms, kind === "warned");
        }
        house.run(2 * CADENCE_ms);
        const intervals = house.intervals();
        let sum_mWh = 0;
        let next_s = MIDNIGHT_ms / 1000;
        for (const { start_s, flags, values, closingDelivered_mWh } of intervals) {
          const energy_mWh = values[IntervalChannel.activeDelivered];
          sum_mWh += energy_mWh;
          expect(closingDelivered_mWh).toBe(sum_mWh);
          expect(energy_mWh).toBeGreaterThanOrEqual(0);
          if ((flags & unknownTime) !== 0) continue;
          expect(start_s).toBe(next_s);
          next_s += CADENCE_ms / 1000;
          if ((flags & missing) !== 0) expect(energy_mWh).toBe(0);
          if (flags === 0) expect(energy_mWh).toBeLessThanOrEqual(900 * COUNT_mWh + 1);
        }
        expect(sum_mWh).toBeLessThanOrEqual(house.delivered_mWh);
        expect(house.delivered_mWh - sum_mWh).toBeLessThanOrEqual(900 * COUNT_mWh + 1);
        // All time up to now is told.
        expect(house.now_ms / 1000 - next_s).toBeLessThan(900 + 5);
      }),
      { numRuns: 120 },
    );
  });
});
