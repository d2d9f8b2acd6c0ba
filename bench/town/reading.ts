import { defaultOptions } from "../../host-sim/options";
import { countHops, type Hops } from "../../host-sim/radio/hops";
import type { StreetResult } from "../../host-sim/result";
import { runStreet } from "../../host-sim/run-street";
import { townAir } from "./street";

export interface TownCase {
  meters: number;
  /** Meters a square kilometre. */
  density: number;
  seed: number;
  /** All meters are switched on at once at its start, and read each 4 hours. */
  hours: number;
}

export interface TownReading extends TownCase {
  /** By the graph of usable links. */
  hops: Pick<Hops, "mean" | "p90" | "most">;
  result: StreetResult;
  /** Of each read that was done, ascending. */
  took_ms: number[];
  /** From when a cycle fell due to when 99 % of its reads were done; by cycle. Undefined where they were not. */
  mostDone_s: (number | undefined)[];
  /** What the run took of one core. */
  processor_s: number;
  nodeSecondsPerSecond: number;
  peak_MB: number;
}

const MOST = 0.99;

/** Runs a town with hopping, link security and a device's times, and reads it. */
export function readTown({ meters, density, seed, hours }: TownCase): TownReading {
  const { mean, p90, most } = countHops(townAir(meters, seed, density));
  const outcome = runStreet({
    ...defaultOptions,
    meters,
    density,
    seed,
    days: hours / 24,
    depth: "model",
  });
  const { user, system } = process.cpuUsage();
  const processor_s = (user + system) / 1e6;
  const { result } = outcome;
  const reads = outcome.meters.flatMap((meter) => meter.reads);
  const took_ms = reads.flatMap((read) => read.took_ms ?? []).sort((a, b) => a - b);
  return {
    meters,
    density,
    seed,
    hours,
    hops: { mean, p90, most },
    result,
    took_ms,
    mostDone_s: mostDone(reads, meters),
    processor_s,
    nodeSecondsPerSecond: Math.round(((meters + 1) * result.simulatedSeconds) / processor_s),
    peak_MB: Math.round(process.resourceUsage().maxRSS / 1000),
  };
}

function mostDone(
  reads: { due_s: number; done_s: number | undefined }[],
  meters: number,
): (number | undefined)[] {
  const cycles = new Map<number, number[]>();
  for (const { due_s, done_s } of reads) {
    const waits_s = cycles.get(due_s) ?? [];
    cycles.set(due_s, waits_s);
    if (done_s !== undefined) waits_s.push(done_s - due_s);
  }
  return [...cycles.keys()]
    .sort((a, b) => a - b)
    .map((due_s) => cycles.get(due_s)!.sort((a, b) => a - b)[Math.ceil(MOST * meters) - 1]);
}
