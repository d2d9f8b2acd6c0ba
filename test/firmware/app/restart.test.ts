import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Meter } from "firmware/app/meter";
import { ResetReason } from "firmware/events/boot";
import { EventCode, EventRecord } from "firmware/events/log";
import { IntervalFlag } from "firmware/intervals/flags";
import { Interval } from "firmware/intervals/interval";
import { registerIndex, RegisterQuantity } from "firmware/registers/obis";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { CHANNELS, type MeteringChip } from "hal/metering-chip";
import { Atm90e32Chip } from "../../../host-sim/chips/atm90e32";
import { BehaviouralChip } from "../../../host-sim/chips/behavioural-chip";
import { CrystalClock } from "../../../host-sim/clock";
import { NorFlash } from "../../../host-sim/flash";
import { Feed } from "../../../host-sim/load/feed";
import { Truth } from "../../../host-sim/load/truth";
import { meterIdentity, SeededEntropy, SimulatedSerial } from "../../../host-sim/node";
import { Medium, OPEN_STREET } from "../../../host-sim/radio/medium";
import { Random } from "../../../host-sim/random";
import { SimulatedRetainedMemory } from "../../../host-sim/retained-memory";
import { World } from "../../../host-sim/world";
import { randomLoad } from "../../hal/metering-rig";
import { NETWORK } from "../../xs/programs/meter";

const UTC_MS = 1_767_571_200_000;
/** Where the interval log's record lies in retained memory, after those of the boot and the registers. */
const INTERVALS_AT = 2 * (8 + 12) + 2 * (28 * 12 + 12);
/** A count of 3.125 mWh that is under way. */
const COUNT_MWH = 3.125;

/** Hardware that stays, and firmware that is started on it as often as wanted. */
class Bench {
  readonly world = new World();
  readonly retained = new SimulatedRetainedMemory();
  readonly flash = new NorFlash({ size: 64 * 1024 });
  readonly feed: Feed;
  readonly truth: Truth;
  readonly #chip: Atm90e32Chip;
  readonly #behavioural: BehaviouralChip;
  readonly #medium: Medium;
  #meter: Meter | undefined;
  #clock: CrystalClock | undefined;

  constructor(
    seed: number,
    private readonly depth: "chip" | "model" = "chip",
  ) {
    const random = new Random(seed, "restart");
    this.feed = new Feed(randomLoad(random, 2, true));
    this.truth = new Truth(this.feed);
    this.#chip = new Atm90e32Chip(this.world, this.feed);
    this.#behavioural = new BehaviouralChip(this.world, this.feed);
    this.#medium = new Medium({ ...OPEN_STREET, world: this.world, random, frameLoss: 0 });
  }

  get meter(): Meter {
    return this.#meter!;
  }

  start(): void {
    // The one before does not run any more: its clock is not heard.
    if (this.#clock !== undefined) this.#clock.onAlarm = () => {};
    const clock = new CrystalClock(this.world, 0);
    this.#clock = clock;
    this.#meter = new Meter(
      {
        clock,
        chip: this.depth === "model" ? this.#behavioural : this.#driver(clock),
        radio: this.#medium.addRadio(),
        intervalFlash: this.flash,
        retained: this.retained,
        console: new SimulatedSerial(),
        entropy: new SeededEntropy(new Random(1, "entropy")),
        identity: meterIdentity(1),
      },
      { network: NETWORK, interval_min: 15 },
    );
  }

  run(delay_ms: number): void {
    this.world.runUntil(this.world.now_us + delay_ms * 1000);
  }

  setTime(): void {
    this.meter.utc.set(UTC_MS + this.world.now_us / 1000);
  }

  #driver(clock: CrystalClock): MeteringChip {
    const { phases } = this.feed.load;
    return new Atm90e32({ spi: this.#chip, clock, delay_ms: () => {}, phases, lineFrequency_Hz: 60 });
  }

  /** What the registers are short of the truth, in mWh, by quantity and channel. */
  shortfalls(): number[] {
    this.truth.advanceTo(this.world.now_us);
    this.meter.registers.poll();
    return [RegisterQuantity.activeDelivered, RegisterQuantity.activeReceived].flatMap((quantity) =>
      [0, 1, 2].map(
        (channel) =>
          this.truth.energy_mWh(quantity, channel) +
          this.truth.remainder_mWh(quantity, channel) -
          this.meter.registers.energy[quantity * CHANNELS + channel],
      ),
    );
  }

  /** The sum of all intervals, in mWh delivered; their flags are or-ed into `flags`. */
  intervals(): { delivered_mWh: number; closing_mWh: number; flags: number } {
    const { intervals } = this.meter;
    const interval = new Interval();
    const sum = { delivered_mWh: 0, closing_mWh: 0, flags: 0 };
    for (let sequence = intervals.first; sequence < intervals.next; sequence++) {
      expect(intervals.read(sequence, interval)).toBe(true);
      sum.delivered_mWh += interval.values[0];
      sum.closing_mWh = interval.closingDelivered_mWh;
      sum.flags |= interval.flags;
    }
    return sum;
  }
}

describe.each(["chip", "model"] as const)("a meter whose software restarts, down to its %s", (depth) => {
  it("loses no count and invents none, however often and whenever", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 30 }),
        (seed, waits_ms) => {
          const bench = new Bench(seed, depth);
          bench.start();
          for (const wait_ms of waits_ms) {
            bench.run(wait_ms);
            bench.start();
          }
          for (const short_mWh of bench.shortfalls()) {
            expect(short_mWh).toBeGreaterThanOrEqual(-1e-6);
            // A count under way in the chip, and what is below a unit.
            expect(short_mWh).toBeLessThan(COUNT_MWH + 1);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("has intervals that add up to the registers, over restarts before and after the time is known", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.integer({ min: 1_000, max: 2_000_000 }), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (seed, waits_ms, setEachTime) => {
          const bench = new Bench(seed, depth);
          bench.start();
          bench.setTime();
          for (const wait_ms of waits_ms) {
            bench.run(wait_ms);
            bench.start();
            if (setEachTime) bench.setTime();
          }
          bench.run(20_000);
          if (!setEachTime) bench.setTime();
          bench.run(900_000);
          const { delivered_mWh, closing_mWh } = bench.intervals();
          expect(delivered_mWh).toBe(closing_mWh);
          const open = bench.meter.registers.energy[registerIndex(0, 0)] - closing_mWh;
          expect(open).toBeGreaterThanOrEqual(0);
          // Not more than 15 minutes at full load.
          expect(open).toBeLessThan(12_000_000);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("a meter whose software restarts", () => {
  it("does not count the interval twice whose close the restart cut off from its record", () => {
    const bench = new Bench(3);
    bench.start();
    bench.setTime();
    bench.run(899_000);
    const kept = bench.retained.bytes.slice();
    bench.run(2_000);
    expect(bench.meter.intervals.next).toBe(2);
    const closing_mWh = bench.intervals().closing_mWh;
    // The flash has the interval; the record of what is logged is still the one before.
    bench.retained.bytes.set(kept.subarray(INTERVALS_AT), INTERVALS_AT);
    bench.start();
    bench.setTime();
    bench.run(900_000);
    const after = bench.intervals();
    expect(after.closing_mWh).toBeGreaterThan(closing_mWh);
    expect(after.delivered_mWh).toBe(after.closing_mWh);
  });

  it("says so, and why", () => {
    const bench = new Bench(1);
    const event = new EventRecord();
    const first = (): [number, number] => {
      bench.meter.events.read(1, event);
      return [event.code, event.argument];
    };
    bench.start();
    expect(first()).toEqual([EventCode.powerUp, 0]);
    expect(bench.meter.boot.count).toBe(1);
    bench.start();
    expect(first()).toEqual([EventCode.restarted, ResetReason.unexpected]);
    bench.meter.boot.announce(ResetReason.exception);
    bench.start();
    expect(first()).toEqual([EventCode.restarted, ResetReason.exception]);
    expect(bench.meter.boot.count).toBe(3);
    bench.start();
    expect(first()).toEqual([EventCode.restarted, ResetReason.unexpected]);
  });

  it("flags a power failure only where there was one", () => {
    const bench = new Bench(1);
    bench.start();
    bench.setTime();
    bench.run(1_000_000);
    bench.start();
    bench.setTime();
    bench.run(1_000_000);
    expect(bench.intervals().flags & IntervalFlag.powerFail).toBe(0);
    bench.retained.bytes.fill(0x5a);
    bench.start();
    expect(bench.meter.registers.energy[0]).toBe(0);
    bench.setTime();
    bench.run(1_000_000);
    expect(bench.intervals().flags & IntervalFlag.powerFail).not.toBe(0);
  });

  it("begins at 0 where power was lost, whatever the memory holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1024, maxLength: 1024 }), (content) => {
        const bench = new Bench(2);
        bench.start();
        bench.run(60_000);
        bench.retained.bytes.set(content);
        bench.start();
        expect(Math.max(...bench.meter.registers.energy)).toBe(0);
        expect(bench.meter.boot.reason).toBe(ResetReason.powerUp);
        expect(bench.meter.boot.count).toBe(1);
      }),
      { numRuns: 20 },
    );
  });
});
