import { describe, expect, it } from "vitest";
import { Demand } from "firmware/registers/demand";
import { PollStatus } from "hal/metering-chip";
import { Bench, configured, POLL_S } from "./demand-rig";

describe("false peaks: energy that comes late is never the demand of the window it comes in", () => {
  it("an hour's energy after a stall", () => {
    const bench = new Bench(configured(15, 3));
    bench.flow(60, 1000);
    bench.pause(60, 1_000_000);
    bench.poll(PollStatus.ok, 3000);
    bench.flow(30, 1000);
    expect(bench.peak[0]).toBe(1000);
  });

  it("an hour's energy after a stall that ends on a boundary", () => {
    const bench = new Bench(configured(15, 3));
    bench.flow(60, 1000);
    bench.pause(60, 1_000_000);
    bench.flow(30, 1000);
    expect(bench.peak[0]).toBe(1000);
  });

  it("the energy of an hour in which the chip was silent", () => {
    const bench = new Bench(configured(15, 3));
    bench.flow(60, 1000);
    const before_mWh = bench.delivered_mWh;
    for (let poll = 0; poll < 720; poll++) {
      bench.now_s += POLL_S;
      bench.poll(poll % 2 === 0 ? PollStatus.noAnswer : PollStatus.held);
    }
    bench.delivered_mWh = before_mWh + 1_000_000;
    bench.flow(30, 1000);
    expect(bench.peak[0]).toBe(1000);
  });

  it("a window that the clock was set in, forwards and back", () => {
    for (const step_s of [600, 3600, -600, -3600, -86_400]) {
      const bench = new Bench(configured(15, 3));
      bench.flow(22, 1000);
      bench.wrong_s = step_s;
      bench.demand.restart();
      bench.poll();
      bench.flow(60, 1000);
      expect(bench.peak[0], `${step_s}`).toBe(1000);
    }
  });

  it("there is none while the time is not known", () => {
    const demand = new Demand(configured(5, 1));
    for (let s = 0; s < 3600; s += POLL_S) demand.take(0, s * 1000, s * 1000, 0, PollStatus.ok);
    expect(demand.peaks[0].power_W).toBe(0);
  });
});
