import { describe, expect, it } from "vitest";
import { EventCode } from "firmware/events/codes";
import { QUIET_ms } from "firmware/events/log";
import { DisturbedLoad } from "../../../host-sim/load/disturbed";
import { SimulatedMeter } from "../../../host-sim/meter";
import { Medium, OPEN_STREET } from "../../../host-sim/radio/medium";
import { Random } from "../../../host-sim/random";
import { NETWORK } from "../../../host-sim/street";
import { World } from "../../../host-sim/world";
import { steadyLoad } from "../../hal/metering-rig";
import { eventsOf } from "../../support/event-log";
import { streetOptions } from "../../support/street";

const UTC_MS = 1_772_323_200_000;
const MINUTE_US = 60e6;
const HOUR_MS = 3_600_000;

/** A meter whose phase A sags from minute 10 on for 50 ms; B takes 600 W, or gives them. */
function make(powerB_W = 600) {
  const world = new World();
  const medium = new Medium({ ...OPEN_STREET, world, random: new Random(1, "medium") });
  const steady = Object.assign(steadyLoad([700, powerB_W]), { kind: "steady" });
  const from_us = 10 * MINUTE_US;
  const load = new DisturbedLoad(steady, [{ from_us, until_us: from_us + 50_000, phases: 1, share: 0.5 }]);
  const options = streetOptions({ chip: "atm90e32", depth: "chip" });
  const { meter } = new SimulatedMeter(world, options, NETWORK, 1, load, medium.addRadio());
  meter.utc.set(UTC_MS);
  return {
    meter,
    world,
    /** Code and argument of all events since the start. */
    events: () => eventsOf(meter.events).map(({ code, argument }) => [code, argument]),
  };
}

describe("a meter's events", () => {
  it("tell of a sag of three cycles, while it lasts for the poll that heard of it", () => {
    const { world, meter, events } = make();
    world.runUntil(10 * MINUTE_US + 15e6);
    expect(events().at(-1)).toEqual([EventCode.sagBegan, 1]);
    world.runUntil(10 * MINUTE_US + QUIET_ms * 1000 + 40e6);
    const [code, length_ms] = events().at(-1)!;
    expect(code).toBe(EventCode.sagEnded);
    expect(length_ms).toBeLessThanOrEqual(10_100);
    expect(meter.events.queued).toBe(0);
  });

  it("tell of a phase that is wired the wrong way round, once the limit is configured", () => {
    const { world, meter, events } = make(-600);
    world.runUntil(5 * MINUTE_US);
    expect(events().some(([code]) => code === EventCode.phaseInverted)).toBe(false);
    meter.configuration.general.reverseLimit_Wh = 20;
    world.runUntil(8 * MINUTE_US);
    expect(events().filter(([code]) => code === EventCode.phaseInverted)).toEqual([
      [EventCode.phaseInverted, 2],
    ]);
  });

  it("tell of a time that was refused, once while somebody insists, and of one that was taken", () => {
    const { world, meter, events } = make();
    for (let minute = 1; minute <= 5; minute++) {
      world.runUntil(minute * MINUTE_US);
      expect(meter.utc.set(meter.utc.utc_ms() + HOUR_MS)).toBe(false);
    }
    expect(events().filter(([code]) => code === EventCode.clockRefused)).toEqual([
      [EventCode.clockRefused, HOUR_MS],
    ]);
    meter.utc.set(meter.utc.utc_ms() - 20_000);
    const [code, error_ms] = events().at(-1)!;
    expect(code).toBe(EventCode.clockSet);
    expect(Math.abs(error_ms + 20_000)).toBeLessThan(5);
  });
});
