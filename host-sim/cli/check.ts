import type { Faults } from "../options";
import type { EnergyResult, StreetResult } from "../result";

/** Sums in Wh to the mWh are equal when they differ by less. */
const HALF_mWH = 0.0005;
/** Of a town's reads. */
const LEAST_DONE = 0.99;

/**
 * What a run failed of its own checks, a line each; nothing when all is well. Energy and intervals are never
 * invented, and intervals sum to the registers. Faults that the run was asked for may cost what they are allowed to:
 * frames lost for good may cost reads and what they bring, SPI frames cut off or with a false command the energy of a
 * poll, and a supply that fails both. In a town links come and go, and the band is everybody's: a few reads may be left
 * to the next cycle, and a meter may have no path.
 */
export function checkResult(result: StreetResult, faults: Faults, isTown = false): string[] {
  const { energy, intervals, reads, mesh } = result;
  const problems: string[] = [];
  const expectNone = (value: number, what: string): void => {
    if (value > 0) problems.push(`${value} ${what}`);
  };
  const expectEqual = ({ intervalsWh, registersWh }: EnergyResult, what: string): void => {
    if (Math.abs(intervalsWh - registersWh) >= HALF_mWH)
      problems.push(`intervals sum to ${intervalsWh} Wh ${what}, registers to ${registersWh}`);
  };
  expectNone(energy.inventedWh, "Wh delivered were invented");
  expectNone(energy.received.inventedWh, "Wh received were invented");
  const isSupplied = faults.outages === 0 && faults.blackouts === 0;
  if (isSupplied && faults.spiCommand === 0 && faults.spiAbort === 0) {
    expectNone(energy.lostWh, "Wh delivered were lost");
    expectNone(energy.received.lostWh, "Wh received were lost");
    expectNone(energy.netOffWh, "Wh are missing from delivered less received, or too many there");
  }
  expectNone(intervals.corrupt, "intervals are corrupt");
  expectNone(intervals.duplicate, "intervals were delivered twice");
  if (intervals.missing === 0) {
    expectEqual(energy, "delivered");
    expectEqual(energy.received, "received");
  }
  if (isSupplied && faults.frameLoss === 0 && faults.interference === 0) {
    if (!isTown) {
      expectNone(intervals.missing, "intervals are missing");
      expectNone(reads.due - reads.done, "reads were not done");
      expectNone(result.meters - mesh.joined, "meters did not join");
    } else if (reads.doneWithPath < LEAST_DONE * reads.dueWithPath) {
      problems.push(`${reads.doneWithPath} of ${reads.dueWithPath} reads of meters with a path were done`);
    }
  }
  return problems;
}
