import { describe, expect, it } from "vitest";
import { checkResult } from "../../host-sim/cli/check";
import { runStreet } from "../../host-sim/run-street";
import { noFaults, type StreetOptions } from "../../host-sim/options";
import { streetOptions } from "../support/street";

/** Of a street whose meter has a PV plant, and of one without. */
const PV_SEED = 2;
const PLAIN_SEED = 1;

function run(changes: Partial<StreetOptions> = {}) {
  const options = streetOptions({ chip: "ade7953", meters: 1, seed: PV_SEED, ...changes });
  const outcome = runStreet(options);
  return { ...outcome, problems: checkResult(outcome.result, options.faults) };
}

describe("a street over the ADE7953", () => {
  it("delivers what flowed: net exactly, and each direction but for what turned within a poll", () => {
    const { result, problems, meters } = run();
    const { energy } = result;
    expect(problems).toEqual([]);
    expect(meters.map(({ load }) => load)).toEqual(["household with PV"]);
    expect([energy.lostWh, energy.inventedWh, energy.netOffWh]).toEqual([0, 0, 0]);
    expect([energy.received.lostWh, energy.received.inventedWh]).toEqual([0, 0]);
    expect(energy.intervalsWh).toBe(energy.registersWh);
    expect(energy.received.truthWh).toBeGreaterThan(1000);
    // Turning is seldom in one second: less than a ten-thousandth of what flowed.
    expect(energy.turnedWh).toBeGreaterThan(0);
    expect(energy.turnedWh).toBeLessThan(1e-4 * energy.truthWh);
    expect(energy.truthWh - energy.registersWh).toBeCloseTo(energy.turnedWh, 1);
    expect(energy.received.truthWh - energy.received.registersWh).toBeCloseTo(energy.turnedWh, 1);
  });

  it("loses and invents nothing where nothing turns: to the mWh a meter", () => {
    const { result, problems } = run({ seed: PLAIN_SEED });
    const { energy } = result;
    expect(problems).toEqual([]);
    expect(energy.received.truthWh).toBe(0);
    expect(energy.turnedWh).toBe(0);
    expect(Math.abs(energy.truthWh - energy.registersWh)).toBeLessThanOrEqual(0.001);
  });

  it.each([
    ["noise", { spiNoise: 0.001 }],
    ["commands that go astray", { spiCommand: 0.0005 }],
    ["frames cut off", { spiAbort: 0.0005 }],
  ])("does so with %s on the chips' buses", (_name, faults) => {
    const { result, problems } = run({ faults: { ...noFaults, ...faults } });
    expect(problems).toEqual([]);
    expect(result.energy.received.truthWh).toBeGreaterThan(1000);
    expect(result.energy.lostWh).toBe(0);
    expect(result.energy.received.lostWh).toBe(0);
    expect(result.energy.netOffWh).toBe(0);
  });
});
