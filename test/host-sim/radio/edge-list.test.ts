import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EdgeListAir, type Edge } from "../../../host-sim/radio/edge-list";
import { Medium, OPEN_STREET } from "../../../host-sim/radio/medium";
import { readTopology } from "../../../host-sim/radio/topology";
import { Random } from "../../../host-sim/random";
import { World } from "../../../host-sim/world";

type Link = [from: number, to: number, prr: number, rssi_dBm: number];

function stations(nodes: number, links: Link[]) {
  const edges = Array.from({ length: nodes }, () => new Map<number, Edge>());
  for (const [from, to, prr, rssi_dBm] of links) edges[from].set(to, { prr, rssi_dBm });
  const world = new World();
  const air = new EdgeListAir(edges);
  const medium = new Medium({ ...OPEN_STREET, air, world, random: new Random(1, "air") });
  const received: string[] = [];
  const radios = edges.map((_, to) => {
    const radio = medium.addRadio();
    radio.listen(5);
    radio.onReceive = (bytes, _length, rssi_dBm) => received.push(`${bytes[0]}>${to} ${rssi_dBm}`);
    return radio;
  });
  /** Sends 89 bytes, 8 ms on the air. */
  const sendAt = (at_ms: number, from: number) =>
    world.at(at_ms * 1000, () => radios[from].transmit(new Uint8Array(89).fill(from), 89, 5));
  return { world, radios, received, sendAt };
}

describe("an edge list as the air", () => {
  it("carries the share of frames of each link, one way, at its strength", () => {
    const { world, received, sendAt } = stations(4, [
      [0, 1, 0.3, -90],
      [0, 2, 0.95, -70],
    ]);
    for (let k = 0; k < 4000; k++) sendAt(20 * k, 0);
    sendAt(90_000, 1);
    world.runUntil(100e6);
    const share = (text: string) => received.filter((line) => line === text).length / 4000;
    expect(share("0>1 -90")).toBeGreaterThan(0.27);
    expect(share("0>1 -90")).toBeLessThan(0.33);
    expect(share("0>2 -70")).toBeGreaterThan(0.938);
    expect(share("0>2 -70")).toBeLessThan(0.962);
    expect(received.filter((line) => !line.startsWith("0>"))).toEqual([]);
  });

  it("loses what overlaps at a receiver, however strong, and nothing where only one is in range", () => {
    const { world, received, sendAt } = stations(5, [
      [0, 2, 1, -40],
      [1, 2, 0.01, -95],
      [0, 3, 1, -90],
      [1, 4, 1, -90],
    ]);
    sendAt(0, 0);
    sendAt(7.9, 1);
    world.runUntil(1e6);
    expect(received).toEqual(["0>3 -90", "1>4 -90"]);
  });

  it("senses a channel where a frame is arriving, however weak", () => {
    const { world, radios, sendAt } = stations(4, [
      [0, 1, 1, -94],
      [0, 2, 0.5, -96],
    ]);
    sendAt(0, 0);
    const clear: boolean[] = [];
    world.at(4000, () => clear.push(...radios.map((radio) => radio.channelClear(5))));
    world.runUntil(1e6);
    expect(clear).toEqual([false, false, false, true]);
  });
});

describe("a topology file", () => {
  const folder = mkdtempSync(join(tmpdir(), "wattmesh-topology-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "edges.csv");
  const read = (...rows: string[]) => {
    writeFileSync(file, `from,to,prr,rssi_dbm\n${rows.map((row) => `${row}\n`).join("")}`);
    return readTopology(file);
  };

  it("gives the links of each node", () => {
    const nodes = read("1,2,1.000,-83.5", "2,1,0.5,-84", "3,1,0,-101");
    expect(nodes.map((links) => [...links])).toEqual([
      [[1, { prr: 1, rssi_dBm: -83.5 }]],
      [[0, { prr: 0.5, rssi_dBm: -84 }]],
      [[0, { prr: 0, rssi_dBm: -101 }]],
    ]);
  });

  it.each([
    [["1,2,1,-80", "2,2,1,-80"], "row 3, column to: a link from node 2 to itself"],
    [["1,2,1,-80", "1,2,1,-81"], "row 3, column to: the link from 1 to 2 is there twice"],
    [["1,2,1,-80", "2,4,1,-80"], "row 3, column from: node 4 has a link, but no node 3 has one"],
    [["2,3,1,-80"], "row 2, column from: node 2 has a link, but no node 1 has one"],
    [["0,2,1,-80"], 'row 2, column from: "0" is not a node from 1 to 10000'],
    [["1,2.5,1,-80"], 'row 2, column to: "2.5" is not a node'],
    [["1,10001,1,-80"], 'row 2, column to: "10001" is not a node'],
    [["1,two,1,-80"], 'row 2, column to: "two" is not a node'],
    [["1,2,1.01,-80"], 'row 2, column prr: "1.01" is not a number from 0 to 1'],
    [["1,2,-0.1,-80"], 'row 2, column prr: "-0.1" is not a number'],
    [["1,2,,-80"], 'row 2, column prr: "" is not a number'],
    [["1,2,1e-1,-80"], 'row 2, column prr: "1e-1" is not a number'],
    [["1,2,1,31"], 'row 2, column rssi_dbm: "31" is not a number from -150 to 30'],
    [["1,2,1,NaN"], 'row 2, column rssi_dbm: "NaN" is not a number'],
    [["1,2,1"], "row 2, column rssi_dbm: 3 cells"],
    [["1,2,1,-80,9"], "row 2, column 5: 5 cells"],
    [[], "row 1, column from: there is no link"],
    [['1,"2,1,-80'], "bad quotes"],
  ])("is refused in one line: %j", (rows, expected) => {
    expect(() => read(...rows)).toThrow(expected);
    expect(() => read(...rows)).toThrow(`${file}: row `);
  });

  it("is refused without its header, and where there is none", () => {
    writeFileSync(file, "a,b,prr,rssi_dbm\n1,2,1,-80\n");
    expect(() => readTopology(file)).toThrow(`${file}: row 1, column from: "a", but the header is`);
    writeFileSync(file, "");
    expect(() => readTopology(file)).toThrow("row 1, column from: the file is empty");
    expect(() => readTopology(join(folder, "none.csv"))).toThrow("no such file");
  });
});
