import { type Edge, EdgeListAir } from "../../host-sim/radio/edge-list";

const CLEAR: Edge = { prr: 1, rssi_dBm: -80 };

/** Nodes in a row, of which each hears those next to it, the collector at its end. */
export function lineAir(nodes: number, edge = CLEAR): EdgeListAir {
  return edgesAir(
    nodes,
    Array.from({ length: nodes - 1 }, (_, n) => [n, n + 1]),
    edge,
  );
}

/** Nodes with a link, both ways, between each of the pairs. */
export function edgesAir(nodes: number, pairs: readonly number[][], edge = CLEAR): EdgeListAir {
  const edges = Array.from({ length: nodes }, () => new Map<number, Edge>());
  for (const [a, b] of pairs) {
    edges[a].set(b, edge);
    edges[b].set(a, edge);
  }
  return new EdgeListAir(edges);
}
