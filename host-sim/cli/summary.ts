import Table from "cli-table3";
import type { StreetResult } from "../result";

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });

const MOST_LISTED = 20;

/** The run in a table, for people at a terminal. */
export function summary(result: StreetResult): string {
  const { energy, intervals, reads, mesh } = result;
  const n = (value: number): string => number.format(value);
  const flow = ({
    truthWh,
    registersWh,
    intervalsWh,
    lostWh,
    inventedWh,
  }: StreetResult["energy"]["received"]): string =>
    `${n(truthWh)} Wh true, ${n(registersWh)} in registers, ${n(intervalsWh)} in intervals; ` +
    `${n(lostWh)} lost, ${n(inventedWh)} invented`;
  const nodeSeconds = (result.meters + result.collectors) * result.simulatedSeconds;
  const turned =
    energy.turnedWh > 0 ? [{ turned: `${n(energy.turnedWh)} Wh flowed both ways between two polls` }] : [];
  const percent = (count: number, of: number): string => `${n(of === 0 ? 100 : (100 * count) / of)} %`;
  const { withoutPath } = mesh;
  const pathless =
    withoutPath.length > 0
      ? [
          {
            "no path": `${n(withoutPath.length)} meters, over links that bring half of their frames: ${listed(withoutPath)}`,
          },
        ]
      : [];
  const table = new Table({ style: { head: [], border: [] } });
  table.push(
    { delivered: flow(energy) },
    { received: flow(energy.received) },
    ...turned,
    {
      intervals:
        `${n(intervals.delivered)} of ${n(intervals.due)}; ${n(intervals.missing)} missing, ` +
        `${n(intervals.corrupt)} corrupt, ${n(intervals.duplicate)} duplicate`,
    },
    {
      reads:
        `${n(reads.done)} of ${n(reads.due)}, ${percent(reads.doneWithin30Min, reads.due)} in 30 minutes; ` +
        `half took ${n(reads.p50Ms)} ms, 95 % up to ${n(reads.p95Ms)} ms, all up to ${n(reads.maxMs)} ms`,
    },
    {
      mesh:
        `${n(mesh.joined)} of ${n(result.meters)} joined; ${n(mesh.framesSent)} frames, ` +
        `${n(mesh.framesPerRead)} frames and ${n(mesh.bytesPerRead)} bytes a read; ` +
        `sending ${percent(mesh.collectorDutyMax, 1)} of the time (collector), ${percent(mesh.relayDutyMax, 1)} (busiest meter)`,
    },
    ...pathless,
    {
      time:
        `${n(result.simulatedSeconds / 86_400)} days in ${n(result.wallSeconds)} s: ` +
        `${n(Math.round(nodeSeconds / result.wallSeconds))} node-seconds a second`,
    },
    { trace: result.traceHash },
  );
  return table.toString();
}

function listed(meters: number[]): string {
  const shown = meters.slice(0, MOST_LISTED).join(", ");
  return meters.length > MOST_LISTED ? `${shown}, …` : shown;
}
