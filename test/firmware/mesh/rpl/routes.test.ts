import { describe, expect, it } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import { HeaderResult, RoutingHeader } from "firmware/mesh/forwarding/routing-header";
import { NO_NODE, ROOT_NODE, Routes } from "firmware/mesh/rpl/routes";

const eui64 = (n: number) => Uint8Array.of(2, 0x57, 0x4d, 0, 0, 0, n >> 8, n);
const ROOT = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0x57, 0x4d, 0xc0, 0, 0, 0, 1);

/** Nodes 0, 1, … with these parents and alternates. */
function routesOf(...parents: [number, number?][]) {
  const routes = new Routes(parents.length);
  parents.forEach((_, n) => routes.add(eui64(n)));
  parents.forEach(([parent, alternate = NO_NODE], n) => routes.set(n, parent, alternate, 0, 0, 1000));
  return routes;
}

describe("routes", () => {
  it("lead through parents", () => {
    const routes = routesOf([ROOT_NODE], [0], [1]);
    expect([0, 1, 2].map((node) => routes.hops(node))).toEqual([1, 2, 3]);
  });

  it("lead around a circle by the other parent", () => {
    const routes = routesOf([1, ROOT_NODE], [0], [1]);
    expect(routes.hops(2)).toBe(3);
    expect(routesOf([1], [0]).hops(0)).toBe(0);
  });

  it("lead by the other parent where a router does not reach the next one", () => {
    const routes = routesOf([ROOT_NODE], [ROOT_NODE], [0, 1]);
    const next = () => {
      const header = new RoutingHeader();
      routes.write(2, header);
      const into = new Uint8Array(8);
      header.writeNext(into);
      return into;
    };
    expect(next()).toEqual(eui64(0));
    routes.broken(0, 2);
    expect(next()).toEqual(eui64(1));
    routes.broken(0, 2);
    expect(next()).toEqual(eui64(1));
  });

  it("lead round a router that neither of its parents reaches, until it registers again", () => {
    const routes = routesOf([ROOT_NODE], [ROOT_NODE], [ROOT_NODE, 0], [2, 1], [2]);
    const routers = (node: number): number[] => {
      const header = new RoutingHeader();
      const numbers: number[] = [];
      const into = new Uint8Array(8);
      for (routes.write(node, header); header.hops > 0; header.pop()) {
        header.writeNext(into);
        numbers.push(into[7]);
      }
      return numbers;
    };
    expect(routers(3)).toEqual([2]);
    routes.broken(ROOT_NODE, 3);
    expect(routers(3)).toEqual([0, 2]);
    routes.broken(0, 3);
    expect(routers(3)).toEqual([1]);
    // Who has no other parent goes on trying.
    expect(routers(4)).toEqual([2]);
    routes.set(2, 0, NO_NODE, 1, 0, 1000);
    expect(routers(3)).toEqual([0, 2]);
  });

  it("lead out of a circle once one of it is seen to send up to the root, and goes on by its other parent", () => {
    const routes = routesOf([1], [0], [1]);
    expect(routes.hops(2)).toBe(0);
    routes.adopt(0);
    expect([0, 1, 2].map((node) => routes.hops(node))).toEqual([1, 2, 3]);
    routes.adopt(1);
    expect(routes.hops(2)).toBe(2);
    // What it had registered is not forgotten.
    routes.broken(ROOT_NODE, 1);
    expect(routes.hops(2)).toBe(3);
  });

  it("forget a node and those that had it for a parent go another way, or none", () => {
    const routes = routesOf([ROOT_NODE], [ROOT_NODE], [0, 1], [0]);
    routes.remove(0);
    expect([2, 3].map((node) => routes.hops(node))).toEqual([2, 0]);
    expect(routes.find(eui64(0))).toBe(NO_NODE);
    expect(routes.add(eui64(9))).toBe(0);
    expect(routes.hops(3)).toBe(0);
  });
});

describe("a routing header (RFC 8138)", () => {
  it("has each router compressed after the one before (section 4.3.2)", () => {
    const header = new RoutingHeader();
    for (const n of [1, 2, 0x203]) header.addHop(eui64(n), 0);
    header.tunnelHopLimit = 64;
    const writer = new Writer(new Uint8Array(64));
    header.write(writer, ROOT);
    // Page 1; SRH-6LoRH of one entry of 8 bytes; of two of 2 bytes; IP-in-IP-6LoRH.
    const expected = "f1 80 03 0057 4d00 0000 0001 81 01 0002 0203 a1 06 40";
    expect(Buffer.from(writer.bytes.slice(0, writer.length)).toString("hex")).toBe(
      expected.replaceAll(" ", ""),
    );
    const back = new RoutingHeader();
    writer.bytes[writer.length] = 0x7a;
    expect(back.read(new Reader(writer.bytes, 0, writer.length + 1), ROOT)).toBe(HeaderResult.ok);
    expect(back).toEqual(header);
  });

  it("has the sender's rank, instance 0 left out (section 6.2)", () => {
    const header = new RoutingHeader();
    header.senderRank = 0x1234;
    header.rankError = true;
    const writer = new Writer(new Uint8Array(8));
    header.write(writer, ROOT);
    expect([...writer.bytes.slice(0, writer.length)]).toEqual([0xf1, 0x8a, 5, 0x12, 0x34]);
  });

  it("skips what may be skipped, and refuses what may not (section 4)", () => {
    const read = (...bytes: number[]) => new RoutingHeader().read(new Reader(Uint8Array.from(bytes)), ROOT);
    expect(read(0xf1, 0xa2, 77, 1, 2, 0x7a)).toBe(HeaderResult.ok);
    expect(read(0xf1, 0x82, 77, 1, 2, 0x7a)).toBe(HeaderResult.unknown);
    expect(read(0xf1, 0x80, 3, 1, 2)).toBe(HeaderResult.truncated);
  });

  it("survives any bytes", () => {
    const writer = new Writer(new Uint8Array(40));
    const header = new RoutingHeader();
    for (const n of [1, 2, 0x203]) header.addHop(eui64(n), 0);
    header.senderRank = 300;
    header.write(writer, ROOT);
    for (let at = 0; at < writer.length; at++)
      for (let value = 0; value < 256; value++)
        new RoutingHeader().read(new Reader(writer.bytes.with(at, value)), ROOT);
  });
});
