import { ricianPower_dB } from "./propagation";
import { bitsRight } from "./reception";
import type { TownAir } from "./town-air";

/** A frame of 100 bytes, and its length. */
const FRAME_BITS = 8 * 101;
/** Links of which either direction brings less than this share of its frames are not used. */
const USABLE_PRR = 0.5;
const STEP_dB = 0.25;
const LOWEST_dB = 0;
const HIGHEST_dB = 40;
/** States of fading averaged over: a grid over both parts of what is scattered, by quantiles of a normal distribution. */
const QUANTILES = 24;

/** How far from a collector the nodes of a town are. */
export interface Hops {
  /** By node, on the path with the least expected transmissions (ETX) to a collector; -1 where there is none. */
  readonly hops: Int32Array;
  readonly mean: number;
  readonly p90: number;
  readonly most: number;
  /** Meters without a path. */
  readonly unreached: number;
  /** Usable links of a node on average. */
  readonly neighbours: number;
}

/** Shortest paths by ETX in the mean over channels and time (Dijkstra's algorithm). */
export function countHops(air: TownAir): Hops {
  const { nodes, collectors } = air.town;
  const prr = receptionRates();
  const links = usableLinks(air, prr);
  const cost = new Float64Array(nodes).fill(Infinity);
  const hops = new Int32Array(nodes).fill(-1);
  const done = new Uint8Array(nodes);
  for (let node = 0; node < collectors; node++) cost[node] = hops[node] = 0;
  for (;;) {
    let nearest = -1;
    for (let node = 0; node < nodes; node++) {
      if (done[node] === 0 && cost[node] < (nearest < 0 ? Infinity : cost[nearest])) nearest = node;
    }
    if (nearest < 0) break;
    done[nearest] = 1;
    for (const { to, etx } of links[nearest]) {
      if (cost[nearest] + etx >= cost[to]) continue;
      cost[to] = cost[nearest] + etx;
      hops[to] = hops[nearest] + 1;
    }
  }
  const reached = hops
    .subarray(collectors)
    .filter((count) => count > 0)
    .sort();
  return {
    hops,
    mean: reached.reduce((sum, count) => sum + count, 0) / reached.length,
    p90: reached[Math.ceil(0.9 * reached.length) - 1],
    most: reached.at(-1) ?? 0,
    unreached: nodes - collectors - reached.length,
    neighbours: links.reduce((sum, of) => sum + of.length, 0) / nodes,
  };
}

interface Link {
  readonly to: number;
  readonly etx: number;
}

function usableLinks(air: TownAir, prr: (ratio_dB: number) => number): Link[][] {
  const links = Array.from({ length: air.town.nodes }, (): Link[] => []);
  for (let a = 0; a < links.length; a++) {
    for (const b of air.audience(a)) {
      if (b < a) continue;
      const there = prr(air.meanRatio_dB(a, b));
      const back = prr(air.meanRatio_dB(b, a));
      if (Math.min(there, back) < USABLE_PRR) continue;
      const etx = 1 / (there * back);
      links[a].push({ to: b, etx });
      links[b].push({ to: a, etx });
    }
  }
  return links;
}

/** Share of frames received, by the mean ratio of signal to noise in dB, over all states of fading. */
export function receptionRates(): (ratio_dB: number) => number {
  const normal = normalQuantiles();
  const rates: number[] = [];
  for (let ratio_dB = LOWEST_dB; ratio_dB <= HIGHEST_dB; ratio_dB += STEP_dB) {
    let sum = 0;
    for (const inPhase of normal) {
      for (const across of normal)
        sum += bitsRight(FRAME_BITS, 10 ** ((ratio_dB + ricianPower_dB(inPhase, across)) / 10));
    }
    rates.push(sum / QUANTILES ** 2);
  }
  return (ratio_dB) => {
    if (ratio_dB < LOWEST_dB) return 0;
    return rates[Math.min(rates.length - 1, Math.round((ratio_dB - LOWEST_dB) / STEP_dB))];
  };
}

/** Middles of parts of a normal distribution that are equally likely, along its integral. */
function normalQuantiles(): number[] {
  const step = 1e-3;
  const quantiles: number[] = [];
  let integral = 0;
  for (let x = -6; quantiles.length < QUANTILES; x += step) {
    integral += (step * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
    if (integral >= (quantiles.length + 0.5) / QUANTILES) quantiles.push(x);
  }
  return quantiles;
}
