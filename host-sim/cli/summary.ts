import Table from "cli-table3";
import type { StreetResult } from "../result";

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });

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
        `${n(reads.done)} of ${n(reads.due)}; half within ${n(reads.p50Ms)} ms, ` +
        `95 % within ${n(reads.p95Ms)} ms, all within ${n(reads.maxMs)} ms`,
    },
    {
      mesh:
        `${n(mesh.joined)} of ${n(result.meters)} joined; ${n(mesh.framesSent)} frames, ` +
        `${n(mesh.framesPerRead)} frames and ${n(mesh.bytesPerRead)} bytes a read`,
    },
    {
      time:
        `${n(result.simulatedSeconds / 86_400)} days in ${n(result.wallSeconds)} s: ` +
        `${n(Math.round(nodeSeconds / result.wallSeconds))} node-seconds a second`,
    },
    { trace: result.traceHash },
  );
  return table.toString();
}
