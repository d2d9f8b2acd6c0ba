import { describe, expect, it } from "vitest";
import { EventCode } from "firmware/events/codes";
import { disturbed, DisturbedLoad } from "../../host-sim/load/disturbed";
import { Flow } from "../../host-sim/load/load";
import { noFaults } from "../../host-sim/options";
import { runStreet } from "../../host-sim/run-street";
import { Street } from "../../host-sim/street";
import { steadyLoad } from "../hal/metering-rig";
import { eventsOf } from "../support/event-log";
import { streetOptions } from "../support/street";

const HALF_DAY_S = 43_200;
const QUALITY: readonly number[] = [
  EventCode.sagBegan,
  EventCode.sagEnded,
  EventCode.swellBegan,
  EventCode.swellEnded,
  EventCode.phaseLost,
  EventCode.phaseReturned,
];

describe("a load whose voltage is disturbed", () => {
  const steady = Object.assign(steadyLoad([100, 200]), { kind: "steady" });

  it("changes when a disturbance begins and ends, and on its phases alone", () => {
    const load = new DisturbedLoad(steady, [
      { from_us: 10, until_us: 20, phases: 1, share: 0.5 },
      { from_us: 30, until_us: 40, phases: 2, share: 0 },
    ]);
    const flow = new Flow();
    const seen: number[][] = [];
    for (let at_us = 0; at_us < Infinity;) {
      const next_us = load.flowAt(at_us, flow);
      seen.push([at_us, ...flow.voltage_mV.slice(0, 2), ...flow.activePower_mW.slice(0, 2)]);
      at_us = next_us;
    }
    expect(seen).toEqual([
      [0, 120_000, 120_000, 100_000, 200_000],
      [10, 60_000, 120_000, 100_000, 200_000],
      [20, 120_000, 120_000, 100_000, 200_000],
      [30, 120_000, 0, 100_000, 0],
      [40, 120_000, 120_000, 100_000, 200_000],
    ]);
  });

  it("is itself where none is asked for", () => {
    expect(disturbed(steady, 0, 1, 1, 1e12)).toBe(steady);
  });
});

describe("a street whose voltage is disturbed", () => {
  /** A day. */
  const faults = { ...noFaults, disturbances: 12 };

  it.each([
    ["atm90e32", "chip"],
    ["atm90e32", "model"],
    ["ade7953", "chip"],
  ] as const)("has meters that tell of it, over an %s (%s)", (chip, depth) => {
    const options = streetOptions({ meters: 3, days: 1, faults, chip, depth });
    const street = new Street(options);
    street.run(HALF_DAY_S);
    const quality = street.meters.flatMap(({ meter }) =>
      eventsOf(meter.events).filter(({ code }) => QUALITY.includes(code)),
    );
    const began = quality.filter(({ code }) => code % 2 === EventCode.sagBegan % 2);
    expect(began.length).toBeGreaterThan(6);
    expect(quality.length).toBeGreaterThan(2 * began.length - 4);
    for (const { code, argument } of quality)
      if (code % 2 === EventCode.sagBegan % 2) expect([1, 2, 3]).toContain(argument);
      else expect(argument).toBeGreaterThan(0);
    const calm = new Street({ ...options, faults: noFaults });
    calm.run(HALF_DAY_S);
    for (const { meter } of calm.meters)
      expect(eventsOf(meter.events).filter(({ code }) => QUALITY.includes(code))).toEqual([]);
  });

  it("reads every interval, with the energy that flowed", () => {
    const { result } = runStreet(streetOptions({ meters: 3, days: 1, depth: "model", faults }));
    expect(result.intervals).toMatchObject({ missing: 0, corrupt: 0, duplicate: 0 });
    expect(result.energy).toMatchObject({ lostWh: 0, inventedWh: 0 });
  });
});
