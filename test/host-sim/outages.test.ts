import { afterEach, describe, expect, it, vi } from "vitest";
import { EventCode } from "firmware/events/codes";
import { Poller } from "../../head-end/poller";
import { noFaults } from "../../host-sim/options";
import { runStreet } from "../../host-sim/run-street";
import { Street } from "../../host-sim/street";
import { streetOptions } from "../support/street";

const HOUR_S = 3600;

describe("a street whose supply fails", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("loses no interval and invents nothing; the head end hears of failures and restorations", () => {
    const faults = { ...noFaults, outages: 2, blackouts: 1 };
    const { result } = runStreet(streetOptions({ meters: 6, days: 2, depth: "model", faults }));
    const { power, energy, intervals } = result;
    expect(power.outages).toBeGreaterThan(6);
    expect(power.lastGaspSent).toBeGreaterThan(0);
    expect(power.lastGaspHeard).toBe(power.lastGaspSent);
    expect(power.restores).toBe(power.lastGaspSent);
    expect(intervals).toMatchObject({ missing: 0, corrupt: 0, duplicate: 0 });
    expect(energy.intervalsWh).toBe(energy.registersWh);
    expect(energy.inventedWh).toBe(0);
    expect(energy.truthWh - energy.registersWh).toBeLessThan(0.01 * power.outages + 0.1);
  });

  // Once more in the middle of a cycle, all reads of a large town made its late ones later still.
  it("is read once more at its end when all reads of the last cycle are done, not before", () => {
    const { readAll } = Poller.prototype;
    const outstanding: number[] = [];
    vi.spyOn(Poller.prototype, "readAll").mockImplementation(function (this: Poller, due_ms) {
      outstanding.push(this.outstanding);
      readAll.call(this, due_ms);
    });
    const { run } = Street.prototype;
    vi.spyOn(Street.prototype, "run").mockImplementationOnce(function (this: Street, until_s) {
      const [{ supply }] = this.meters;
      run.call(this, until_s - 0.1 * HOUR_S);
      supply.fail();
      run.call(this, until_s);
      this.world.in(0.5 * HOUR_S * 1e6, () => supply.restore());
    });
    runStreet(streetOptions({ meters: 2, days: 1 / 6, depth: "model" }));
    expect(outstanding).toEqual([0, 0, 0]);
  });

  it("fails as a whole in a blackout", () => {
    const faults = { ...noFaults, blackouts: 3 };
    const street = new Street(streetOptions({ meters: 3, days: 1, depth: "model", faults }));
    const failed_us = street.meters.map(({ supply }) => {
      const times_us: number[] = [];
      const fail = supply.fail.bind(supply);
      supply.fail = () => {
        times_us.push(street.world.now_us);
        fail();
      };
      return times_us;
    });
    street.run(24 * HOUR_S);
    const [first_us] = failed_us;
    expect(first_us.length).toBeGreaterThan(0);
    expect(failed_us).toEqual(street.meters.map(() => first_us));
    expect(street.outages.count).toBe(3 * first_us.length);
    expect(street.meters.every(({ supply }) => !supply.failing)).toBe(true);
  });

  it("has meters that know the time again within minutes, and whose events the head end can verify", () => {
    const street = new Street(streetOptions({ meters: 3, days: 1, depth: "model" }));
    street.run(5 * HOUR_S);
    const [{ supply }, blinking, steady] = street.meters;
    supply.fail();
    street.run(5 * HOUR_S + 15);
    blinking.supply.fail();
    street.run(5 * HOUR_S + 25);
    blinking.supply.restore();
    street.run(7 * HOUR_S);
    supply.restore();
    street.run(7 * HOUR_S + 300);
    const [cut] = street.meters;
    expect(cut.meter.utc.known).toBe(true);
    expect(Math.abs(cut.meter.utc.utc_ms() - street.utc_ms())).toBeLessThan(1_000);
    street.run(9 * HOUR_S);
    const recordOf = ({ meter }: typeof cut) => street.headEnd.store.meter(meter.stack.address)!;
    const { power, events } = recordOf(cut);
    expect(power.outages).toHaveLength(1);
    const [{ failed_ms, restored_ms, gasps }] = power.outages;
    expect(gasps).toBeGreaterThan(0);
    expect(Math.abs(restored_ms! - failed_ms! - 2 * HOUR_S * 1000)).toBeLessThan(1_000);
    expect(events.breaks).toEqual([]);
    const outage = events.events.find(({ code }) => code === EventCode.outage)!;
    expect(Math.abs(outage.argument - 2 * HOUR_S)).toBeLessThanOrEqual(1);
    expect(recordOf(blinking).power.outages).toEqual([]);
    expect(recordOf(steady).power.outages).toEqual([]);
  });
});
