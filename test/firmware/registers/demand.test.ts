import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import { Demand, DEMAND_BYTES, RESET_LOCKOUT_ms } from "firmware/registers/demand";
import { Direction } from "firmware/registers/tariff";
import { PollStatus } from "hal/metering-chip";
import { Bench, configured, START_S } from "./demand-rig";

interface Step {
  energy_mWh: number;
  received_mWh: number;
  /** Polled: on time, 2 s late, without an answer, or not at all. */
  poll: "ok" | "late" | "silent" | "none";
  reset: boolean;
}

const shapes = fc
  .tuple(fc.constantFrom(1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60), fc.integer({ min: 1, max: 15 }))
  .map(([subinterval_min, subintervals]) => [subinterval_min * subintervals, subintervals])
  .filter(([window_min]) => window_min >= 5 && window_min <= 60);
const rarely = (odds: number): fc.Arbitrary<boolean> => fc.nat(odds).map((draw) => draw === 0);
const steps = fc.array(
  fc.record({
    energy_mWh: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(50_000_000)),
    received_mWh: fc.oneof(fc.constant(0), fc.nat(1_000_000)),
    poll: fc
      .nat(40)
      .map((draw): Step["poll"] =>
        draw === 0 ? "late" : draw === 1 ? "silent" : draw === 2 ? "none" : "ok",
      ),
    reset: rarely(60),
  }),
  { minLength: 1, maxLength: 240, size: "max" },
);

/** The greatest demand of each period by trying every window, over minutes of energy. */
function byTrying(steps: Step[], window_min: number, subinterval_min: number, pickup_min: number): number[] {
  const peaks = [0];
  let periodStart = 0;
  steps.forEach((step, minute) => {
    const end = minute + 1;
    const start = end - window_min;
    // The poll at the start of all is made on time.
    const good = (at: number): boolean => at === 0 || steps[at - 1].poll === "ok";
    let counts = end % subinterval_min === 0 && start >= Math.max(periodStart, pickup_min);
    for (let at = start; at <= end && counts; at += subinterval_min) counts = good(at);
    if (counts) {
      const energy_mWh = steps.slice(start, end).reduce((sum, { energy_mWh }) => sum + energy_mWh, 0);
      const power_W = Number((BigInt(energy_mWh) * 60n) / BigInt(window_min * 1000));
      peaks[peaks.length - 1] = Math.max(peaks.at(-1)!, power_W);
    }
    if (step.reset) {
      periodStart = end;
      peaks.push(0);
    }
  });
  return peaks;
}

describe("demand", () => {
  it("is the greatest of all whole windows, by trying each, whatever becomes of polls", () => {
    fc.assert(
      fc.property(shapes, steps, fc.nat(30), ([window_min, subintervals], steps, pickup_min) => {
        const bench = new Bench(configured(window_min, subintervals, pickup_min));
        bench.demand.restored(0);
        bench.demand.restart();
        bench.poll();
        const peaks: number[] = [];
        let carried_mWh = 0;
        for (const { energy_mWh, poll, reset } of steps) {
          bench.now_s += 60;
          carried_mWh += energy_mWh;
          if (poll !== "silent" && poll !== "none") {
            bench.delivered_mWh += carried_mWh;
            carried_mWh = 0;
          }
          if (poll !== "none")
            bench.poll(poll === "silent" ? PollStatus.noAnswer : PollStatus.ok, poll === "late" ? 2000 : 0);
          if (reset) {
            peaks.push(bench.peak[0]);
            bench.demand.reset(bench.now_s * 1000);
          }
        }
        peaks.push(bench.peak[0]);
        expect(peaks).toEqual(byTrying(steps, window_min, window_min / subintervals, pickup_min));
        const ended = peaks.slice(0, -1);
        expect(bench.demand.cumulative_W[Direction.delivered]).toBe(ended.reduce((a, b) => a + b, 0));
        expect(bench.demand.previousPeaks[Direction.delivered].power_W).toBe(ended.at(-1) ?? 0);
        expect(bench.demand.resets).toBe(ended.length);
      }),
      { numRuns: 500 },
    );
  });

  it("slides: 15 minutes as 3 x 5 find a peak that blocks of 15 cut in two", () => {
    const sliding = new Bench(configured(15, 3));
    const block = new Bench(configured(15, 1));
    for (const bench of [sliding, block]) {
      bench.flow(10, 1000);
      bench.flow(15, 7200);
      bench.flow(20, 1000);
    }
    expect(sliding.peak).toEqual([7200, 25 * 60]);
    expect(block.peak).toEqual([5133, 30 * 60]);
  });

  it("keeps delivered and received apart, each with the end of its window, the first of equals", () => {
    const bench = new Bench(configured(15, 1));
    bench.flow(15, 1200, 0);
    bench.flow(15, 0, 2400);
    bench.flow(15, 1200, 1200);
    const peaks = bench.demand.peaks;
    expect([peaks[0].power_W, peaks[0].end_s - START_S]).toEqual([1200, 900]);
    expect([peaks[1].power_W, peaks[1].end_s - START_S]).toEqual([2400, 1800]);
  });

  it("shows the running average of the window under way", () => {
    const bench = new Bench(configured(15, 3));
    bench.flow(15, 1200);
    expect(bench.demand.running_W(0, bench.delivered_mWh)).toBe(800);
    bench.flow(1, 3600);
    expect(bench.demand.running_W(0, bench.delivered_mWh)).toBe(1040);
    expect(new Demand(configured(15, 3)).running_W(0, 5000)).toBe(0);
  });

  it("is exact above 2^32 mWh, and holds its register at full scale", () => {
    const bench = new Bench(configured(60, 1));
    bench.pause(60, 2 ** 41);
    bench.poll();
    expect(bench.peak[0]).toBe(Math.floor(2 ** 41 / 1000));
    bench.pause(60, 2 ** 52);
    bench.poll();
    expect(bench.peak[0]).toBe(2 ** 32 - 1);
  });
});

describe("demand after an outage", () => {
  it("does not take the short window that is left for a whole one", () => {
    const bench = new Bench(configured(15, 1));
    bench.flow(15, 1000);
    bench.pause(20);
    bench.demand.restored((bench.now_s - START_S) * 1000);
    bench.flow(10, 9000);
    expect(bench.peak).toEqual([1000, 900]);
    bench.flow(15, 2000);
    expect(bench.peak).toEqual([2000, 3600]);
  });

  it("does not count while cold load is picked up", () => {
    const bench = new Bench(configured(15, 3, 20));
    bench.demand.restored(0);
    bench.flow(20, 9000);
    expect(bench.peak[0]).toBe(0);
    // The first window is that from minute 20 on.
    bench.flow(15, 3000);
    expect(bench.peak).toEqual([3000, 35 * 60]);
  });
});

describe("a demand reset", () => {
  it("by hand locks out another for 60 s", () => {
    const bench = new Bench(configured(15, 1));
    bench.flow(15, 2000);
    expect(bench.demand.resetByHand(bench.now_s * 1000, 900_000)).toBe(true);
    expect(bench.demand.resetByHand(bench.now_s * 1000, 900_000 + RESET_LOCKOUT_ms - 1)).toBe(false);
    expect([bench.demand.resets, bench.demand.previousPeaks[0].power_W]).toEqual([1, 2000]);
    expect(bench.demand.resetByHand(bench.now_s * 1000, 900_000 + RESET_LOCKOUT_ms)).toBe(true);
    expect([bench.demand.resets, bench.demand.previousPeaks[0].power_W]).toEqual([2, 0]);
    expect(bench.demand.cumulative_W[0]).toBe(2000);
    expect(bench.demand.lastReset_s).toBe(bench.now_s);
  });

  it("in a window puts it into neither period, one on a boundary cuts nothing", () => {
    const bench = new Bench(configured(15, 1));
    bench.flow(20, 1000);
    bench.demand.reset(bench.now_s * 1000);
    bench.flow(10, 9000);
    expect(bench.peak[0]).toBe(0);
    bench.demand.reset(bench.now_s * 1000);
    bench.flow(15, 3000);
    expect(bench.peak).toEqual([3000, 45 * 60]);
  });
});

describe("demand registers", () => {
  it("go on after a restart", () => {
    const bench = new Bench(configured(15, 1));
    bench.flow(15, 2000, 500);
    bench.demand.reset(bench.now_s * 1000);
    bench.flow(15, 4000, 800);
    const bytes = new Uint8Array(DEMAND_BYTES);
    const w = new Writer(bytes);
    bench.demand.save(w);
    expect([w.ok, w.at]).toEqual([true, DEMAND_BYTES]);
    const again = new Demand(configured(15, 1));
    const r = new Reader(bytes);
    again.load(r);
    expect(r.remaining).toBe(0);
    for (const field of ["peaks", "previousPeaks", "cumulative_W", "resets", "lastReset_s"] as const)
      expect(again[field]).toEqual(bench.demand[field]);
  });
});
