import { isKnown } from "../../head-end/outages";
import { quantile } from "../../host-sim/quantile";
import type { Town } from "../../host-sim/radio/town";
import { recordOf } from "../../host-sim/tally";
import { framesOf, reachable, townAir, townStreet, untilReadable } from "../town/street";

/** A disc in a corner of the town, a strip across it, one half of it, all of it but its collector. */
export const SHAPES = ["disc", "strip", "half", "all"] as const;
export type Shape = (typeof SHAPES)[number];

/** For all to join, and to be read for the first time; towns in which some do not are told by {@link Figures.joined}. */
const LONGEST_JOIN_US = 60 * 60e6;
const STEP_US = 10e6;
const KNOWN_US = 300e6;
/** From the failure to the restoration, and for that to be told. */
const OUTAGE_US = 600e6;
const RESTORED_US = 900e6;
/** Above the noise, in the mean of its fading, on both ways: a hop. */
const LINK_dB = 12;

interface Share {
  share: number;
  /** From the failure, or the restoration. */
  p50_s: number;
  p95_s: number;
}

export interface Figures {
  shape: Shape;
  seed: number;
  meters: number;
  joined: number;
  /** Meters without a supply. */
  area: number;
  known: Share;
  /** A hop from a node with power, and all others. */
  edge: Share;
  inside: Share;
  /** Messages with its own last gasp that a meter sent. */
  gasps: number;
  /** On the air in the 5 minutes, of all nodes, for each meter of the area. */
  frames: number;
  /** Notices with gasps at the head end. */
  notices: number;
  /** Told of by the meter. */
  restored: Share;
}

/**
 * @param townMeters meters of the town, where the shape does not say
 * @param area how many of them lose their supply
 */
export function run(shape: Shape, area: number, seed: number, townMeters: number): Figures {
  const meters = shape === "all" ? area : shape === "half" ? 2 * area : townMeters;
  const air = townAir(meters, seed);
  const { town } = air;
  const dark = chosen(shape, town, area);
  const street = townStreet(meters, seed);
  const { world } = street;
  const calm_us = world.now_us + LONGEST_JOIN_US;
  untilReadable(street, reachable(street), calm_us);
  while (street.headEnd.poller.outstanding > 0 && world.now_us < calm_us)
    world.runUntil(world.now_us + STEP_US);
  const joined = street.meters.filter(({ meter }) => meter.join.joined).length;
  const before = framesOf(street);
  const failed_us = world.now_us;
  const failed_ms = street.utc_ms();
  const cut = street.meters.filter((_, index) => dark[index + 1]);
  const gasps = new Map<(typeof cut)[number], number>();
  for (const meter of cut) {
    const relay = meter.meter.gasps;
    meter.supply.fail();
    world.in(90e6, () => gasps.set(meter, relay.ownSent));
  }
  world.runUntil(failed_us + KNOWN_US);
  const sent = framesOf(street) - before;
  const heard = cut.map((meter) => recordOf(street, meter)?.power.outages.at(-1));
  const isEdge = cut.map(({ number }) => {
    for (let other = 0; other < town.nodes; other++)
      if (
        !dark[other] &&
        air.meanRatio_dB(number, other) >= LINK_dB &&
        air.meanRatio_dB(other, number) >= LINK_dB
      )
        return true;
    return false;
  });
  const times_s = heard.map((outage) =>
    outage !== undefined && isKnown(outage) ? (outage.heard_ms! - failed_ms) / 1000 : undefined,
  );
  const { notices } = street.headEnd.gasps;
  world.runUntil(failed_us + OUTAGE_US);
  const restored_ms = street.utc_ms();
  const told_s: (number | undefined)[] = cut.map(() => undefined);
  for (const { supply } of cut) supply.restore();
  const end_us = world.now_us + RESTORED_US;
  while (world.now_us < end_us) {
    world.runUntil(world.now_us + 1e6);
    for (let i = 0; i < cut.length; i++)
      if (
        told_s[i] === undefined &&
        recordOf(street, cut[i])?.power.outages.at(-1)?.restored_ms !== undefined
      )
        told_s[i] = (street.utc_ms() - restored_ms) / 1000;
  }
  return {
    shape,
    seed,
    meters,
    joined,
    area: cut.length,
    known: share(times_s),
    edge: share(times_s.filter((_, index) => isEdge[index])),
    inside: share(times_s.filter((_, index) => !isEdge[index])),
    gasps: [...gasps.values()].reduce((sum, count) => sum + count, 0) / cut.length,
    frames: sent / cut.length,
    notices,
    restored: share(told_s),
  };
}

/** Of each node of the town, its collector first, whether it loses its supply. */
function chosen(shape: Shape, { side_m, x_m, y_m, nodes, collectors }: Town, area: number): boolean[] {
  // The less, the sooner: the nearest to a corner's middle, to a line across, or to one side.
  const distance_m = (node: number): number => {
    if (shape === "disc") return Math.hypot(x_m[node] - 0.75 * side_m, y_m[node] - 0.75 * side_m);
    if (shape === "strip") return Math.abs(y_m[node] - 0.7 * side_m);
    return x_m[node];
  };
  const meters = Array.from({ length: nodes - collectors }, (_, index) => collectors + index);
  meters.sort((a, b) => distance_m(a) - distance_m(b));
  const dark = new Array<boolean>(nodes).fill(false);
  for (const node of meters.slice(0, area)) dark[node] = true;
  return dark;
}

function share(times_s: readonly (number | undefined)[]): Share {
  const known_s = times_s.filter((time_s) => time_s !== undefined).sort((a, b) => a - b);
  return {
    share: known_s.length / times_s.length,
    p50_s: quantile(known_s, 0.5),
    p95_s: quantile(known_s, 0.95),
  };
}
