import type { Air } from "./air";
import type { Transmission } from "./transmission";

/** A directed link between two stations. */
export interface Edge {
  /** Share of frames that are received. */
  readonly prr: number;
  readonly rssi_dBm: number;
}

/**
 * Stations whose links are given, as Cooja's directed-graph medium has it: a link carries a share of its frames, what
 * overlaps at the receiver on the same channel is lost, and there is no capture.
 */
export class EdgeListAir implements Air {
  readonly #edges: readonly ReadonlyMap<number, Edge>[];
  readonly #audiences: readonly Uint16Array[];

  /** @param edges of each station, by the station that they lead to */
  constructor(edges: readonly ReadonlyMap<number, Edge>[]) {
    this.#edges = edges;
    this.#audiences = edges.map((links) => Uint16Array.from([...links.keys()].sort((a, b) => a - b)));
  }

  audience(from: number): Uint16Array {
    return this.#audiences[from];
  }

  strength_dBm(from: number, to: number): number {
    return this.#edges[from].get(to)?.rssi_dBm ?? -Infinity;
  }

  rate(from: number, to: number): number {
    return this.#edges[from].get(to)?.prr ?? 0;
  }

  reception({ from, channel, overlaps }: Transmission, to: number): number {
    for (const other of overlaps) {
      if (other.channel === channel && (other.from === to || this.#edges[other.from].has(to))) return 0;
    }
    return this.rate(from, to);
  }
}
