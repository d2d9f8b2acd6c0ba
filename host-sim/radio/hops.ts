import type { Air } from "./air";
import type { TownAir } from "./town-air";

/** Links of which either direction brings less than this share of its frames are not used. */
const USABLE_PRR = 0.5;

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

/**
 * The stations, by number, that no path of usable links joins to one of the first `collectors`; none where all are in
 * range of each other.
 */
export function withoutPath(air: Air, stations: number, collectors: number): number[] {
  if (air.rate === undefined) return [];
  const links = usableLinks(air, stations);
  const isReached = new Uint8Array(stations);
  const reached: number[] = [];
  const reach = (station: number): void => {
    if (isReached[station] === 0) reached.push(station);
    isReached[station] = 1;
  };
  for (let collector = 0; collector < collectors; collector++) reach(collector);
  for (let next = 0; next < reached.length; next++) for (const { to } of links[reached[next]]) reach(to);
  return Array.from({ length: stations }, (_, station) => station).filter(
    (station) => isReached[station] === 0,
  );
}

/** Shortest paths by ETX in the mean over channels and time (Dijkstra's algorithm). */
export function countHops(air: TownAir): Hops {
  const { nodes, collectors } = air.town;
  const links = usableLinks(air, nodes);
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

/** Of each station. Those that bring at least {@link USABLE_PRR} of their frames both ways. */
function usableLinks(air: Air, stations: number): Link[][] {
  const links = Array.from({ length: stations }, (): Link[] => []);
  for (let a = 0; a < stations; a++) {
    const audience = air.audience(a) ?? [];
    for (let i = 0; i < audience.length; i++) {
      const b = audience[i];
      if (b < a) continue;
      const there = air.rate!(a, b);
      const back = air.rate!(b, a);
      if (Math.min(there, back) < USABLE_PRR) continue;
      const etx = 1 / (there * back);
      links[a].push({ to: b, etx });
      links[b].push({ to: a, etx });
    }
  }
  return links;
}
