import { describe, expect, it } from "vitest";
import { checkResult } from "../../../host-sim/cli/check";
import { noFaults } from "../../../host-sim/options";
import { streetOptions, streetOutcome } from "../report/fixture";

const { result } = streetOutcome(streetOptions({ meters: 2, days: 1 }));
const frameLoss = { ...noFaults, frameLoss: 0.1 };
const spiAbort = { ...noFaults, spiAbort: 0.001 };
const spiNoise = { ...noFaults, spiNoise: 0.001 };

describe("the checks of a run", () => {
  it("pass a run that lost nothing", () => {
    expect(checkResult(result, noFaults)).toEqual([]);
  });

  it("never allow energy to be invented, or intervals to be corrupt or doubled", () => {
    const bad = {
      ...result,
      energy: {
        ...result.energy,
        inventedWh: 0.5,
        received: { ...result.energy.received, inventedWh: 0.25 },
      },
      intervals: { ...result.intervals, corrupt: 1, duplicate: 2 },
    };
    for (const faults of [noFaults, frameLoss, spiAbort, spiNoise]) {
      expect(checkResult(bad, faults)).toEqual([
        "0.5 Wh delivered were invented",
        "0.25 Wh received were invented",
        "1 intervals are corrupt",
        "2 intervals were delivered twice",
      ]);
    }
  });

  it("never allow intervals that arrived to sum to anything but the registers", () => {
    const { received } = result.energy;
    const bad = {
      ...result,
      energy: {
        ...result.energy,
        registersWh: 5,
        intervalsWh: 4.999,
        received: { ...received, intervalsWh: 7, registersWh: 6 },
      },
    };
    for (const faults of [noFaults, frameLoss, spiAbort, spiNoise])
      expect(checkResult(bad, faults)).toEqual([
        "intervals sum to 4.999 Wh delivered, registers to 5",
        "intervals sum to 7 Wh received, registers to 6",
      ]);
    const missing = { ...bad, intervals: { ...bad.intervals, missing: 1 } };
    expect(checkResult(missing, frameLoss)).toEqual([]);
  });

  it("allow lost energy to false commands and frames cut off alone", () => {
    const bad = { ...result, energy: { ...result.energy, lostWh: 0.1 } };
    expect(checkResult(bad, spiAbort)).toEqual([]);
    expect(checkResult(bad, { ...noFaults, spiCommand: 0.001 })).toEqual([]);
    for (const faults of [noFaults, frameLoss, spiNoise])
      expect(checkResult(bad, faults)).toEqual(["0.1 Wh delivered were lost"]);
  });

  it("never excuse a net that is off, which turns do not explain", () => {
    const turned = { ...result, energy: { ...result.energy, turnedWh: 2 } };
    expect(checkResult(turned, noFaults)).toEqual([]);
    const off = { ...result, energy: { ...result.energy, netOffWh: 0.2 } };
    for (const faults of [noFaults, frameLoss, spiNoise])
      expect(checkResult(off, faults)).toEqual([
        "0.2 Wh are missing from delivered less received, or too many there",
      ]);
  });

  it("allow missing intervals, reads and meters to lost frames alone", () => {
    const bad = {
      ...result,
      intervals: { ...result.intervals, missing: 3 },
      reads: { ...result.reads, done: result.reads.due - 1 },
      mesh: { ...result.mesh, joined: 1 },
    };
    expect(checkResult(bad, frameLoss)).toEqual([]);
    for (const faults of [noFaults, spiAbort, spiNoise])
      expect(checkResult(bad, faults)).toEqual([
        "3 intervals are missing",
        "1 reads were not done",
        "1 meters did not join",
      ]);
  });

  it("allow a town a few reads that another cycle brings, and no more", () => {
    const reads = { ...result.reads, due: 500, done: 480, dueWithPath: 490 };
    const mesh = { ...result.mesh, joined: 1, withoutPath: [2] };
    const town = (doneWithPath: number) => ({ ...result, reads: { ...reads, doneWithPath }, mesh });
    expect(checkResult(town(486), noFaults, true)).toEqual([]);
    expect(checkResult(town(485), noFaults, true)).toEqual([
      "485 of 490 reads of meters with a path were done",
    ]);
  });
});
