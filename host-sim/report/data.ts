import { basename } from "node:path";
import type { Faults, StreetOptions } from "../options";
import type { MeshNode, MeterDetail } from "../result";
import type { StreetOutcome } from "../run-street";
import type { MeterCurve, MeterRow, ReadCycle, ReportData, StreetCurve } from "./page/data";

/** Intervals whose curves go into the page, over all meters: about 2 MB. */
const MAX_CURVE_INTERVALS = 100_000;
const MAX_READ_DOTS = 20_000;
const MAX_EVENTS_A_METER = 50;

/** Known data whose licence asks for its source to be named where it is shown. */
const CREDITS: Record<string, string> = {
  "ch_elcons_15min_24meters_Wh.csv":
    "Measured loads of 24 Swiss households: R package ResidentialEnergyConsumption " +
    "(Hopf, Weigert, Staake, University of Bamberg), CC BY-SA 4.0",
};

export function reportData(
  options: StreetOptions,
  { result, meters, mesh }: StreetOutcome,
  problems: string[],
): ReportData {
  const loads = options.loads === "synthetic" ? "synthetic" : basename(options.loads);
  const intervals = Math.max(...meters.map((meter) => meter.intervals.length));
  const start_s = meters[0]?.intervals[0]?.start_s ?? 0;
  const rows = meters.map(meterRow);
  const curves = Math.max(1, Math.floor(MAX_CURVE_INTERVALS / Math.max(1, intervals)));
  const needy = [...rows].sort((a, b) => Number(isAmiss(b)) - Number(isAmiss(a)) || a.meter - b.meter);
  const chosen = new Set(needy.slice(0, curves).map((row) => row.meter));
  return {
    result,
    problems,
    loads,
    credit: CREDITS[loads],
    depth: options.depth,
    days: options.days,
    faults: describeFaults(options.faults),
    interval_s: options.interval_min * 60,
    start_s,
    intervals,
    street: streetCurve(meters, intervals),
    curves: meters.filter((meter) => chosen.has(meter.meter)).map(meterCurve),
    meters: rows,
    ...readsOf(meters, start_s),
    mesh: { ...mesh, nodes: mesh.nodes.map(rounded) },
  };
}

/** What is drawn, without digits that nobody sees. */
function rounded(node: MeshNode): MeshNode {
  const to = (value: number, digits: number): number => Number(value.toFixed(digits));
  const { x_m, y_m, etx, duty } = node;
  const place = x_m === undefined || y_m === undefined ? {} : { x_m: to(x_m, 1), y_m: to(y_m, 1) };
  return { ...node, ...place, etx: to(etx, 2), duty: to(duty, 6) };
}

function isAmiss(row: MeterRow): boolean {
  return row.arrived < row.due || row.readsDone < row.readsDue || row.flagged > 0;
}

function describeFaults(faults: Faults): string[] {
  return [
    ["frame-loss", faults.frameLoss] as const,
    ["spi-noise", faults.spiNoise] as const,
    ["spi-command", faults.spiCommand] as const,
    ["spi-abort", faults.spiAbort] as const,
  ]
    .filter(([, share]) => share > 0)
    .map(([name, share]) => `${name} ${share}`);
}

function meterRow(meter: MeterDetail): MeterRow {
  let worst_ms = 0;
  for (const read of meter.reads) worst_ms = Math.max(worst_ms, read.took_ms ?? 0);
  return {
    meter: meter.meter,
    eui64: meter.eui64,
    address: meter.address,
    load: meter.load,
    trueDelivered: Math.round(meter.trueDelivered_mWh),
    delivered: meter.delivered_mWh,
    trueReceived: Math.round(meter.trueReceived_mWh),
    received: meter.received_mWh,
    due: meter.intervals.length,
    arrived: meter.intervals.filter((interval) => interval.delivered_mWh !== undefined).length,
    flagged: meter.intervals.filter((interval) => interval.flags.length > 0).length,
    readsDue: meter.reads.length,
    readsDone: meter.reads.filter((read) => read.done_s !== undefined).length,
    worst_ms,
    events: meter.events.length,
  };
}

function meterCurve({ meter, intervals, events }: MeterDetail): MeterCurve {
  return {
    meter,
    delivered: intervals.map((interval) => interval.delivered_mWh ?? null),
    received: intervals.map((interval) => interval.received_mWh ?? null),
    trueDelivered: intervals.map((interval) => Math.round(interval.trueDelivered_mWh)),
    trueReceived: intervals.map((interval) => Math.round(interval.trueReceived_mWh)),
    flags: intervals.flatMap(({ flags }, index): [number, string][] =>
      flags.length > 0 ? [[index, flags.join(", ")]] : [],
    ),
    events: events.slice(0, MAX_EVENTS_A_METER).map(({ utc_ms, event }) => ({ at_s: utc_ms / 1000, event })),
  };
}

function streetCurve(meters: MeterDetail[], intervals: number): StreetCurve {
  const zeros = (): number[] => new Array<number>(intervals).fill(0);
  const sum = {
    delivered: zeros(),
    received: zeros(),
    trueDelivered: zeros(),
    trueReceived: zeros(),
    missing: zeros(),
  };
  for (const meter of meters) {
    for (const [index, interval] of meter.intervals.entries()) {
      sum.delivered[index] += interval.delivered_mWh ?? 0;
      sum.received[index] += interval.received_mWh ?? 0;
      sum.trueDelivered[index] += Math.round(interval.trueDelivered_mWh);
      sum.trueReceived[index] += Math.round(interval.trueReceived_mWh);
      if (interval.delivered_mWh === undefined) sum.missing[index]++;
    }
  }
  return sum;
}

function readsOf(meters: MeterDetail[], start_s: number): Pick<ReportData, "reads" | "cycles"> {
  const cycles = new Map<number, ReadCycle>();
  const done: { due_s: number; took_ms: number; meter: number }[] = [];
  for (const meter of meters) {
    for (const read of meter.reads) {
      const due_s = start_s + read.due_s;
      const cycle = cycles.get(due_s) ?? { due_s, due: 0, done: 0 };
      cycles.set(due_s, cycle);
      cycle.due++;
      if (read.took_ms === undefined) continue;
      cycle.done++;
      done.push({ due_s, took_ms: read.took_ms, meter: meter.meter });
    }
  }
  // Too many dots: the slowest are what one looks for.
  if (done.length > MAX_READ_DOTS) done.sort((a, b) => b.took_ms - a.took_ms).length = MAX_READ_DOTS;
  done.sort((a, b) => a.due_s - b.due_s || a.meter - b.meter);
  return {
    cycles: [...cycles.values()].sort((a, b) => a.due_s - b.due_s),
    reads: {
      due_s: done.map((read) => read.due_s),
      took_ms: done.map((read) => Math.round(read.took_ms)),
      meter: done.map((read) => read.meter),
    },
  };
}
