import fc from "fast-check";
import { Group, Scope, writeGroup } from "firmware/ip/address";
import { MPL_LATEST } from "firmware/ip/mpl-option";
import { Packet } from "firmware/ip/packet";
import { writeDatagram } from "firmware/ip/udp";
import { MplForwarder } from "firmware/mesh/multicast/forwarder";
import { describe, expect, it } from "vitest";
import { edgesAir, lineAir } from "../../../support/edges";
import { PAN } from "../../../support/mac-street";
import { meshStreet } from "../../../support/mesh-street";
import { address } from "../../ip/packets";

const HEAD_END = address("2001:db8:1::53");
const PORT = 0xf0b1;
const MINUTE_us = 60e6;

/** A street whose nodes pass messages on, and note what they get. */
function street(meters: number, seed: number, options: Parameters<typeof meshStreet>[2] = {}) {
  const { world, collector, meters: others } = meshStreet(meters, seed, options);
  const nodes = [collector, ...others].map((node) => {
    const got: number[] = [];
    node.stack.bind(PORT).onDatagram = (_, buffer, offset) => got.push(buffer[offset]);
    return { ...node, mpl: new MplForwarder(node), got };
  });
  return { world, nodes, seed: nodes[0], meters: nodes.slice(1) };
}

/** Message `sequence`, whose datagram holds `what`. */
function message(sequence: number, what = sequence): Packet {
  const packet = new Packet();
  packet.source.set(HEAD_END);
  writeGroup(Group.allMplForwarders, packet.destination, Scope.adminLocal);
  packet.mpl = MPL_LATEST | (sequence & 0xff);
  writeDatagram(packet, PORT, PORT, Uint8Array.of(what), 1);
  return packet;
}

/** Pairs of nodes in a row, each in range of those of the pair before and after it. */
function ladder(nodes: number) {
  const pairs: number[][] = [];
  for (let a = 0; a < nodes; a++)
    for (let b = a + 1; b < nodes && (b >> 1) - (a >> 1) <= 1; b++) pairs.push([a, b]);
  return edgesAir(nodes, pairs, { prr: 0.9, rssi_dBm: -85 });
}

function sum(nodes: readonly { mpl: MplForwarder }[], what: "sent" | "duplicates" | "silent"): number {
  return nodes.reduce((total, { mpl }) => total + mpl.counters[what], 0);
}

describe("a message to all", () => {
  it("reaches the end of a line, each node once", () => {
    const { world, seed, meters, nodes } = street(5, 1, { air: lineAir(6) });
    seed.mpl.receive(message(9));
    world.runUntil(MINUTE_us);
    expect(nodes.map(({ got }) => got)).toEqual(nodes.map(() => [9]));
    expect(meters.every(({ mpl }) => mpl.counters.taken === 1)).toBe(true);
    expect(sum(nodes, "duplicates")).toBeGreaterThan(5);
  });

  it("is told by few where all hear each other, and then no more", () => {
    const { world, seed, nodes } = street(40, 2);
    const armed = nodes.map(({ kernel }) => kernel.armed);
    seed.mpl.receive(message(1));
    world.runUntil(MINUTE_us);
    expect(nodes.every(({ got }) => got.length === 1)).toBe(true);
    expect(sum(nodes, "sent")).toBeLessThan(20);
    expect(sum(nodes, "silent")).toBeGreaterThan(25);
    expect(nodes.map(({ kernel }) => kernel.armed)).toEqual(armed);
  });

  it("reaches nearly all though a fifth of the frames are lost, over 20 seeds, and none twice", () => {
    let of = 0;
    let reached = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const made = street(15, seed, { air: ladder(16), frameLoss: 0.1 });
      for (let sequence = 250; sequence < 255; sequence++) {
        made.seed.mpl.receive(message(sequence));
        made.world.runUntil(made.world.now_us + 4 * MINUTE_us);
      }
      of += 5 * made.meters.length;
      for (const { got } of made.meters) {
        reached += got.length;
        expect(new Set(got).size).toBe(got.length);
      }
    }
    console.log(`${reached} of ${of} over ladders of eight hops`);
    expect(reached / of).toBeGreaterThan(0.99);
  });

  it("comes in order and once though numbers go around", () => {
    const { world, seed, meters } = street(1, 3);
    const sent = Array.from({ length: 300 }, (_, n) => n % 256);
    for (const sequence of sent) {
      seed.mpl.receive(message(sequence));
      seed.mpl.receive(message(sequence));
      world.runUntil(world.now_us + MINUTE_us);
    }
    expect(meters[0].got).toEqual(sent);
  });

  it("is given up for a third one at a time; IP gets all three", () => {
    const { world, seed, meters } = street(1, 4);
    for (const sequence of [1, 2, 3]) seed.mpl.receive(message(sequence));
    world.runUntil(MINUTE_us);
    expect(seed.got).toEqual([1, 2, 3]);
    expect(seed.mpl.counters.replaced).toBe(1);
    expect([...meters[0].got].sort()).toEqual([2, 3]);
  });

  it("is not passed on by a node that has gone to another PAN, of whose time it does not speak", () => {
    const { world, seed, meters } = street(1, 4, { pans: [{ id: PAN }, { id: PAN + 1 }] });
    const [{ mac, mpl, got }] = meters;
    seed.mpl.receive(message(1));
    while (got.length === 0) world.runUntil(world.now_us + 100_000);
    mac.moveOn();
    world.runUntil(world.now_us + MINUTE_us);
    expect([mpl.counters.sent, mpl.counters.notSent]).toEqual([0, 1]);
    expect(seed.mpl.counters.sent).toBeGreaterThan(0);
  });

  it("says that it is not the latest where another one has come since", () => {
    const { world, seed, meters } = street(1, 5);
    const heard: number[] = [];
    const { mpl } = meters[0];
    meters[0].link.multicast = {
      receive: (packet) => {
        heard.push(packet.mpl);
        mpl.receive(packet);
      },
    };
    seed.mpl.receive(message(2));
    seed.mpl.receive(message(1));
    world.runUntil(MINUTE_us);
    expect(heard).toContain(MPL_LATEST | 2);
    expect(heard).toContain(1);
    expect(heard).not.toContain(MPL_LATEST | 1);
  });

  it("goes as far as its hop limit lets it, and not to other groups", () => {
    const { world, seed, nodes } = street(4, 6, { air: lineAir(5) });
    const short = message(1);
    short.hopLimit = 3;
    seed.mpl.receive(short);
    const toNodes = message(2);
    writeGroup(Group.allNodes, toNodes.destination);
    seed.mpl.receive(toNodes);
    world.runUntil(MINUTE_us);
    expect(nodes.map(({ got }) => got.length)).toEqual([1, 1, 1, 0, 0]);
    expect(seed.mpl.counters.refused).toBe(1);
    expect(nodes[2].mpl.counters.expired).toBe(1);
  });

  it("does no harm, whatever it is", () => {
    const { world, seed } = street(1, 7);
    const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(
        bytes16,
        fc.boolean(),
        fc.nat(0xffff),
        fc.nat(255),
        fc.uint8Array({ maxLength: 240 }),
        (...made) => {
          const [source, isDomain, mpl, hopLimit, payload] = made;
          const packet = message(0);
          packet.source.set(source);
          if (!isDomain) packet.destination.set(source);
          packet.mpl = mpl;
          packet.hopLimit = hopLimit;
          packet.nextHeader = payload.length & 0x3f;
          packet.payload.set(payload);
          packet.payloadLength = payload.length;
          seed.mpl.receive(packet);
          world.runUntil(world.now_us + 1e6);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
    const { taken, duplicates, refused } = seed.mpl.counters;
    // And what the neighbour tells of it.
    expect(taken + duplicates + refused).toBeGreaterThanOrEqual(300);
    expect(taken).toBeGreaterThan(50);
  });
});
