import { Flow } from "../../../host-sim/load/load";
import { streetLoads } from "../../../host-sim/load/street-loads";
import { defaultOptions, type StreetOptions } from "../../../host-sim/options";
import { Random } from "../../../host-sim/random";
import { Draws } from "../../../host-sim/radio/draws";
import { Town } from "../../../host-sim/radio/town";
import type {
  IntervalDetail,
  MeshDetail,
  MeshNode,
  MeterDetail,
  ReadDetail,
  StreetResult,
} from "../../../host-sim/result";
import type { StreetOutcome } from "../../../host-sim/run-street";

const START_S = Date.UTC(2026, 5, 1) / 1000;
const READ_EVERY_S = 4 * 3600;

/** Options of a run, as the command line would make them. */
export function streetOptions(changed: Partial<StreetOptions> = {}): StreetOptions {
  return { ...defaultOptions, ...changed };
}

/**
 * What a run of `options` could have come to, made without simulating one: the synthetic loads, read to the count, and
 * with `amiss` some intervals missing and flagged and some reads failed.
 */
export function streetOutcome(options: StreetOptions, amiss = false): StreetOutcome {
  const random = new Random(options.seed, "fixture");
  const meters = streetLoads(options).map((load, index): MeterDetail => {
    const bad = amiss && index % 5 === 2;
    const intervals = intervalsOf(load, options).map((interval, at): IntervalDetail => {
      const missing = bad && at % 97 > 90;
      const read = (truth_mWh: number): number => Math.max(0, truth_mWh + random.below(1200) - 600);
      return {
        start_s: START_S + at * options.interval_min * 60,
        delivered_mWh: missing ? undefined : read(interval.delivered),
        received_mWh: missing ? undefined : interval.received > 0 ? read(interval.received) : 0,
        trueDelivered_mWh: interval.delivered,
        trueReceived_mWh: interval.received,
        flags: bad && at % 97 === 90 ? ["partial", "power fail"] : [],
      };
    });
    const reads: ReadDetail[] = [];
    for (let due_s = READ_EVERY_S; due_s <= options.days * 86_400; due_s += READ_EVERY_S) {
      const failed = bad && random.chance(0.1);
      const took_ms = Math.round(
        450 + 90 * Math.abs(random.normal()) + (random.chance(0.06) ? 2000 + random.below(2500) : 0),
      );
      reads.push({
        due_s,
        done_s: failed ? undefined : due_s + (index + 1) * 3 + took_ms / 1000,
        took_ms: failed ? undefined : took_ms,
      });
    }
    const sum = (pick: (interval: IntervalDetail) => number): number =>
      intervals.reduce((total, interval) => total + pick(interval), 0);
    const trueDelivered_mWh = sum((interval) => interval.trueDelivered_mWh);
    const trueReceived_mWh = sum((interval) => interval.trueReceived_mWh);
    return {
      meter: index + 1,
      eui64: `02000000000000${(index + 1).toString(16).padStart(2, "0")}`,
      address: `fd00::${(index + 1).toString(16)}`,
      load: load.kind,
      intervals,
      reads,
      delivered_mWh: Math.max(0, trueDelivered_mWh - random.below(4)),
      received_mWh: Math.max(0, trueReceived_mWh - random.below(4)),
      trueDelivered_mWh,
      trueReceived_mWh,
      events: bad ? [{ utc_ms: (START_S + 7200) * 1000, event: "metering chip restarted" }] : [],
    };
  });
  const mesh = meshOf(options);
  return { result: resultOf(options, meters, mesh), meters, mesh };
}

/** Energies of each interval, mWh rounded. */
function intervalsOf(
  load: ReturnType<typeof streetLoads>[number],
  { days, interval_min }: StreetOptions,
): { delivered: number; received: number }[] {
  const flow = new Flow();
  const length_us = interval_min * 60e6;
  let at_us = 0;
  return Array.from({ length: (days * 86_400e6) / length_us }, (_, index) => {
    const end_us = (index + 1) * length_us;
    let delivered = 0;
    let received = 0;
    while (at_us < end_us) {
      const next_us = Math.min(load.flowAt(at_us, flow), end_us);
      const energy = ((flow.activePower_mW[0] + flow.activePower_mW[1]) * (next_us - at_us)) / 3600e6;
      if (energy > 0) delivered += energy;
      else received -= energy;
      at_us = next_us;
    }
    return { delivered: Math.round(delivered), received: Math.round(received) };
  });
}

/**
 * A mesh that such a street could have: of a town each node with the nearest one as its parent that is nearer to the
 * collector, else all in range of the collector. Every fifth link is a bad one.
 */
function meshOf({ meters, density, seed }: StreetOptions): MeshDetail {
  const town =
    density === undefined ? undefined : new Town(meters, density, 1, new Draws(new Random(seed, "air")));
  const nodes = Array.from({ length: meters + 1 }, (_, node): MeshNode => {
    const place = town && { x_m: town.x_m[node], y_m: town.y_m[node] };
    return { ...place, parent: node === 0 ? undefined : 0, hops: 0, etx: 0, duty: 0.002 };
  });
  const inOrder = nodes.map((_, node) => node).slice(1);
  if (town) inOrder.sort((a, b) => town.distance_m(0, a) - town.distance_m(0, b));
  for (const [index, node] of inOrder.entries()) {
    const nearer = inOrder.slice(0, index).filter((other) => town && town.distance_m(node, other) < 160);
    const parent = town && town.distance_m(node, 0) > 200 ? nearer[0] : 0;
    const { hops } = nodes[parent ?? 0];
    const random = new Random(node, "mesh");
    nodes[node].parent = parent;
    nodes[node].hops = parent === undefined ? 0 : hops + 1;
    nodes[node].etx = parent === undefined ? 0 : 1 + random.below(20) / 100 + (node % 5 === 0 ? 1 : 0);
    nodes[node].duty = 0.0002 * (1 + random.below(30) / 10);
  }
  return { collectors: 1, side_m: town?.side_m, nodes };
}

function resultOf(options: StreetOptions, meters: MeterDetail[], mesh: MeshDetail): StreetResult {
  const sum = (pick: (meter: MeterDetail) => number): number =>
    meters.reduce((total, meter) => total + pick(meter), 0);
  const due = sum((meter) => meter.intervals.length);
  const delivered = sum(
    (meter) => meter.intervals.filter((interval) => interval.delivered_mWh !== undefined).length,
  );
  const took = meters
    .flatMap((meter) => meter.reads.flatMap((read) => read.took_ms ?? []))
    .sort((a, b) => a - b);
  const readsDue = sum((meter) => meter.reads.length);
  const energy = (truth_mWh: number, registers_mWh: number): StreetResult["energy"]["received"] => ({
    truthWh: truth_mWh / 1000,
    registersWh: registers_mWh / 1000,
    intervalsWh: registers_mWh / 1000,
    lostWh: 0,
    inventedWh: 0,
  });
  return {
    seed: options.seed,
    meters: options.meters,
    collectors: options.collectors,
    simulatedSeconds: options.days * 86_400,
    wallSeconds: 9.1,
    traceHash: "5e8c1f".repeat(10) + "5e8c",
    intervals: { due, delivered, missing: due - delivered, corrupt: 0, duplicate: 0 },
    energy: {
      ...energy(
        sum((meter) => meter.trueDelivered_mWh),
        sum((meter) => meter.delivered_mWh),
      ),
      received: energy(
        sum((meter) => meter.trueReceived_mWh),
        sum((meter) => meter.received_mWh),
      ),
      turnedWh: 0,
      netOffWh: 0,
    },
    reads: {
      due: readsDue,
      done: took.length,
      doneWithin30Min: took.length,
      dueWithPath: readsDue,
      doneWithPath: took.length,
      p50Ms: took[Math.floor(took.length / 2)] ?? 0,
      p95Ms: took[Math.floor(took.length * 0.95)] ?? 0,
      maxMs: took.at(-1) ?? 0,
    },
    mesh: {
      joined: options.meters,
      joinP50S: 4,
      joinLastS: 9,
      hops: countHops(mesh),
      delivered: took.length / readsDue,
      worstNode: Math.min(
        ...meters.map((meter) => meter.reads.filter((read) => read.took_ms).length / meter.reads.length),
      ),
      withoutPath: [],
      framesSent: readsDue * 4 + 300,
      framesPerRead: 4.29,
      bytesPerRead: 231,
      dutyMax: 0.0013,
      collectorDutyMax: 0.0013,
      relayDutyMax: 0.0009,
      channelDwellMaxMs: 61,
    },
    power: { outages: 0, lastGaspSent: 0, lastGaspHeard: 0, restores: 0 },
  };
}

function countHops({ nodes }: MeshDetail): Record<string, number> {
  const count: Record<string, number> = {};
  for (const { hops } of nodes) if (hops > 0) count[hops] = (count[hops] ?? 0) + 1;
  return count;
}
