import { describe, expect, it } from "vitest";
import { BIT_RATE } from "hal/channel-plan";
import { Draws } from "../../../host-sim/radio/draws";
import { type Edge, EdgeListAir } from "../../../host-sim/radio/edge-list";
import { countHops, withoutPath } from "../../../host-sim/radio/hops";
import { OpenAir } from "../../../host-sim/radio/open-air";
import { Town } from "../../../host-sim/radio/town";
import { TownAir } from "../../../host-sim/radio/town-air";
import { Random } from "../../../host-sim/random";

/** Links both ways with these shares of frames received. */
function edges(stations: number, links: [from: number, to: number, there: number, back: number][]) {
  const nodes = Array.from({ length: stations }, () => new Map<number, Edge>());
  for (const [from, to, there, back] of links) {
    nodes[from].set(to, { prr: there, rssi_dBm: -90 });
    nodes[to].set(from, { prr: back, rssi_dBm: -90 });
  }
  return new EdgeListAir(nodes);
}

describe("the stations without a path", () => {
  it("are none where all are in range of each other", () => {
    expect(withoutPath(new OpenAir(BIT_RATE), 5, 1)).toEqual([]);
  });

  it("are those that links of at least half of the frames both ways do not join to a collector", () => {
    const air = edges(8, [
      [0, 2, 1, 0.5],
      [2, 3, 0.5, 1],
      [3, 4, 0.49, 1],
      [4, 5, 1, 1],
      [1, 6, 0.9, 0.9],
      [0, 7, 1, 0.3],
    ]);
    expect(withoutPath(air, 8, 2)).toEqual([4, 5, 7]);
    expect(withoutPath(air, 8, 1)).toEqual([1, 4, 5, 6, 7]);
  });

  it("are, in a town, those that have no hops to it", () => {
    for (const density of [8, 30, 1100]) {
      const draws = new Draws(new Random(2, "air"));
      const air = new TownAir(new Town(150, density, 1, draws), BIT_RATE, draws);
      const { hops, unreached } = countHops(air);
      const lost = withoutPath(air, 151, 1);
      expect(lost).toEqual([...hops.keys()].filter((station) => hops[station] < 0));
      expect(lost).toHaveLength(unreached);
      expect(lost.length > 0).toBe(density < 100);
    }
  });
});
