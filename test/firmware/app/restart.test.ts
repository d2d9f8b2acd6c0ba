import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventCode } from "firmware/events/log";
import { IntervalFlag } from "firmware/intervals/flags";
import { registerIndex } from "firmware/registers/obis";
import { ResetReason } from "hal/reset";
import { RestartingMeter, UNDER_WAY_MWH } from "../../support/restarting-meter";

/** Where the interval log's record lies in retained memory, after those of the boot and the registers. */
const INTERVALS_AT = 2 * (4 + 12) + 2 * (28 * 12 + 12);

describe.each(["chip", "model"] as const)("a meter whose software restarts, down to its %s", (depth) => {
  it("loses no count and invents none, however often and whenever", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 30 }),
        (seed, waits_ms) => {
          const bench = new RestartingMeter(seed, depth);
          bench.start();
          for (const wait_ms of waits_ms) {
            bench.run(wait_ms);
            bench.start();
          }
          for (const short_mWh of bench.shortfalls()) {
            expect(short_mWh).toBeGreaterThanOrEqual(-1e-6);
            expect(short_mWh).toBeLessThan(UNDER_WAY_MWH);
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
          const bench = new RestartingMeter(seed, depth);
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
    const bench = new RestartingMeter(3);
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
    const bench = new RestartingMeter(1);
    bench.start();
    expect(bench.lastStart()).toEqual([EventCode.powerUp, 0]);
    expect(bench.meter.boot.count).toBe(1);
    const { powerUp, unexpected, ...others } = ResetReason;
    bench.start(unexpected);
    expect(bench.lastStart()).toEqual([EventCode.restarted, unexpected]);
    for (const reason of Object.values(others)) {
      bench.start(reason);
      expect(bench.lastStart()).toEqual([EventCode.restarted, reason]);
    }
    // What was kept shows that power was there, whatever the part takes it for.
    bench.start(powerUp);
    expect(bench.lastStart()).toEqual([EventCode.restarted, unexpected]);
    expect(bench.meter.boot.count).toBe(3 + Object.values(others).length);
  });

  it("flags a power failure only where there was one", () => {
    const bench = new RestartingMeter(1);
    bench.start();
    bench.setTime();
    bench.run(1_000_000);
    bench.start();
    bench.setTime();
    bench.run(1_000_000);
    expect(bench.intervals().flags & IntervalFlag.powerFail).toBe(0);
    bench.retained.bytes.fill(0x5a);
    bench.start();
    bench.setTime();
    bench.run(1_000_000);
    expect(bench.intervals().flags & IntervalFlag.powerFail).not.toBe(0);
  });

  it("goes on from its checkpoint where power was lost, whatever the memory holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1024, maxLength: 1024 }), (content) => {
        const bench = new RestartingMeter(2);
        bench.start();
        bench.run(52_000);
        const before = bench.meter.registers.energy.slice();
        bench.run(2_000);
        bench.retained.bytes.set(content);
        bench.start();
        expect(bench.meter.registers.energy).toEqual(before);
        expect(bench.meter.boot.reason).toBe(ResetReason.powerUp);
        expect(bench.meter.boot.count).toBe(1);
      }),
      { numRuns: 20 },
    );
  });
});
