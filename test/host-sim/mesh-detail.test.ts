import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { meshDetail } from "../../host-sim/mesh-detail";
import { Street } from "../../host-sim/street";
import { streetOptions } from "../support/street";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "wattmesh-mesh-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A street whose nodes hear each other where `pairs` has them, numbered from 1, the collector. */
function street(pairs: [number, number][]): Street {
  const rows = pairs.flatMap(([a, b]) => [`${a},${b},1.000,-80.0`, `${b},${a},1.000,-80.0`]);
  const topology = join(folder, "edges.csv");
  writeFileSync(topology, ["from,to,prr,rssi_dbm", ...rows, ""].join("\n"));
  const meters = Math.max(...pairs.flat()) - 1;
  // On one channel nobody looks for others on all of them, which is most of what a new node sends.
  const made = new Street(streetOptions({ meters, topology, depth: "model", hopping: false }));
  made.run(120);
  return made;
}

describe("the mesh of a report", () => {
  it("has each node's parent and its hops along the parents", () => {
    const made = street([
      [1, 2],
      [2, 3],
      [2, 4],
      [4, 5],
      [1, 6],
    ]);
    const { nodes, collectors, side_m } = meshDetail(made);
    expect([collectors, side_m]).toEqual([1, undefined]);
    expect(nodes.map(({ parent }) => parent)).toEqual([undefined, 0, 1, 1, 3, 0]);
    expect(nodes.map(({ hops }) => hops)).toEqual([0, 1, 2, 2, 3, 1]);
    for (const { etx, duty } of nodes.slice(1)) {
      expect(etx).toBeGreaterThanOrEqual(1);
      expect(etx).toBeLessThan(4);
      expect(duty).toBeGreaterThan(0);
      expect(duty).toBeLessThan(0.05);
    }
    // A relay sends what those below it send, and more.
    expect(nodes[1].duty).toBeGreaterThan(nodes[5].duty);
  });

  it("has no parent for a meter without power", () => {
    const made = street([
      [1, 2],
      [1, 3],
    ]);
    made.meters[1].powerOff();
    expect(meshDetail(made).nodes.map(({ parent }) => parent)).toEqual([undefined, 0, undefined]);
  });

  it("has the places of a town's nodes, the collector in its middle", () => {
    const made = new Street(streetOptions({ meters: 30, density: 1100, depth: "model" }));
    made.run(60);
    const { nodes, side_m } = meshDetail(made);
    expect(side_m).toBeCloseTo(Math.sqrt(30 / 1100) * 1000);
    expect(nodes).toHaveLength(31);
    expect(nodes[0].x_m).toBeCloseTo(side_m! / 2);
    for (const { x_m, y_m } of nodes) {
      for (const place_m of [x_m!, y_m!]) {
        expect(place_m).toBeGreaterThanOrEqual(0);
        expect(place_m).toBeLessThanOrEqual(side_m!);
      }
    }
    expect(new Set(nodes.map(({ x_m, y_m }) => `${x_m} ${y_m}`)).size).toBe(31);
  });
});
