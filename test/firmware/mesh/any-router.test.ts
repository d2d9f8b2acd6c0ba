import { describe, expect, it } from "vitest";
import { isAnyRouter, writeAnyRouter, writeLinkLocal } from "firmware/ip/address";
import { Peer } from "firmware/ip/socket";
import { edgesAir } from "../../support/edges";
import { meshStreet, parentOf } from "../../support/mesh-street";

const PORT = 5683;
const SECOND_US = 1e6;

/** A collector, two meters next to it, and one that hears those two only; what came to each by UDP, and from whom. */
function diamond(seed: number) {
  const pairs = [
    [0, 1],
    [0, 2],
    [1, 3],
    [2, 3],
  ];
  const edges = edgesAir(4, pairs);
  /** Nobody hears anything. */
  const air = {
    silent: false,
    audience: (from: number) => edges.audience(from),
    strength_dBm: (from: number, to: number) => (air.silent ? -Infinity : edges.strength_dBm(from, to)),
    reception: edges.reception.bind(edges),
  };
  const street = meshStreet(3, seed, { air });
  const { world, collector, meters } = street;
  const sockets = [collector, ...meters].map(({ stack }) => stack.bind(PORT));
  const came: { at: number; from: Uint8Array; bytes: number[] }[] = [];
  sockets.forEach((socket, at) => {
    socket.onDatagram = ({ address }, bytes, offset, length) =>
      came.push({ at, from: address.slice(), bytes: [...bytes.slice(offset, offset + length)] });
  });
  street.start();
  const run = (seconds: number) => world.runUntil(world.now_us + seconds * SECOND_US);
  run(300);
  const peer = new Peer();
  peer.port = PORT;
  const sendTo = (address: Uint8Array, byte: number) => {
    peer.address.set(address);
    return sockets[3].send(peer, Uint8Array.of(byte), 1);
  };
  const anyRouter = new Uint8Array(16);
  writeAnyRouter(anyRouter);
  const send = (byte: number) => sendTo(anyRouter, byte);
  return { meters, came, run, send, sendTo, air, radioOf: (node: number) => meters[node - 1].radio };
}

describe("a packet to any router (RFC 4291, section 2.6.1)", () => {
  it.each([1, 2, 3])(
    "goes to the parent and no further, or to another where that is silent (seed %i)",
    (seed) => {
      const { meters, came, run, send, radioOf } = diamond(seed);
      const self = new Uint8Array(16);
      writeLinkLocal(meters[2].eui64, self);
      const first = parentOf(meters[2])![7];
      expect([1, 2]).toContain(first);
      expect(send(7)).toBe(true);
      run(5);
      expect(came).toEqual([{ at: first, from: self, bytes: [7] }]);
      radioOf(first).powerOff();
      expect(send(8)).toBe(true);
      run(20);
      expect(came.slice(1)).toEqual([{ at: 3 - first, from: self, bytes: [8] }]);
    },
  );

  it("is given up, and counted, where all are silent, which tells nothing of the links in a crowd", () => {
    const { meters, run, send, radioOf, came } = diamond(1);
    const { dropped } = meters[2].link.counters;
    for (const node of [1, 2]) radioOf(node).powerOff();
    for (let i = 0; i < 4; i++) {
      send(8);
      // Not so long that it asks its parent of itself.
      run(7);
    }
    expect(dropped.unanswered).toBe(4);
    expect(came).toEqual([]);
    expect(meters[2].join.joined).toBe(true);
  });

  it("waits at a node that has no parent until it has one again", () => {
    const { meters, run, send, sendTo, air, came } = diamond(1);
    const [, , sender] = meters;
    air.silent = true;
    for (let i = 0; i < 8 && sender.join.joined; i++) {
      sendTo(sender.join.root, i);
      run(20);
    }
    expect(sender.join.joined).toBe(false);
    expect(send(8)).toBe(true);
    run(10);
    air.silent = false;
    run(300);
    expect(came.map(({ bytes }) => bytes)).toEqual([[8]]);
  });

  it("is kept by a node on its capacitor, which keeps its place too, until a router hears it again", () => {
    const { meters, came, run, send, air } = diamond(1);
    const [, , sender] = meters;
    sender.join.mute(true);
    air.silent = true;
    expect(send(8)).toBe(true);
    run(3);
    expect(sender.link.counters.rerouted).toBeGreaterThan(4);
    air.silent = false;
    run(6);
    expect(came.map(({ bytes }) => bytes)).toEqual([[8]]);
    expect(sender.join.joined).toBe(true);
  });

  it("goes to another parent while the first one has not acknowledged the one before", () => {
    const { meters, came, run, send } = diamond(1);
    const first = parentOf(meters[2])![7];
    for (let byte = 0; byte < 4; byte++) expect(send(byte)).toBe(true);
    run(20);
    expect(came.map(({ bytes }) => bytes[0]).sort()).toEqual([0, 1, 2, 3]);
    const others = came.filter(({ at }) => at !== first).length;
    expect([others > 0, others < 4]).toEqual([true, true]);
  });

  it("goes to another parent while the first one has little room: a thousand gasps do not wait for one router", () => {
    const { meters, came, run, send } = diamond(1);
    const first = parentOf(meters[2])![7];
    meters[first - 1].mac.congested = true;
    send(7);
    run(0.3);
    expect(came.map(({ at }) => at)).toEqual([first]);
    send(8);
    run(0.2);
    expect(came.slice(1).map(({ at, bytes }) => [at, bytes[0]])).toEqual([[3 - first, 8]]);
  });

  it("goes before others, and has room where they have none", () => {
    const { came, run, send, sendTo, meters } = diamond(1);
    const address = new Uint8Array(16);
    writeLinkLocal(meters[0].eui64, address);
    const taken = Array.from({ length: 12 }, (_, n) => sendTo(address, n));
    expect(taken.filter((isTaken) => isTaken)).toHaveLength(8);
    expect(send(99)).toBe(true);
    run(20);
    expect(came.findIndex(({ bytes }) => bytes[0] === 99)).toBeLessThanOrEqual(2);
    expect(came).toHaveLength(9);
  });

  it("says that its sender is below, and no parent for whoever gets it, until that tells a rank again", () => {
    const { meters, came, run, send, radioOf } = diamond(1);
    const first = parentOf(meters[2])![7];
    const { join } = meters[first - 1];
    const below: number[] = [];
    const onUp = join.onUp.bind(join);
    join.onUp = (neighbour) => {
      below.push(neighbour[7]);
      onUp(neighbour);
    };
    send(7);
    run(5);
    expect(below).toEqual([3]);
    expect(parentOf(meters[first - 1])).toEqual(Uint8Array.of(2, 0x57, 0x4d, 0xc0, 0, 0, 0, 1));

    const other = 3 - first;
    meters[2].join.onUp(meters[other - 1].eui64);
    expect(parentOf(meters[2])![7]).toBe(first);
    radioOf(first).powerOff();
    for (const { join: muted } of meters) muted.mute(true);
    send(8);
    run(60);
    expect(came.map(({ bytes }) => bytes)).toEqual([[7]]);
  });

  it("has the address of a prefix alone", () => {
    const address = new Uint8Array(16);
    writeAnyRouter(address);
    expect([...address.slice(0, 3), isAnyRouter(address)]).toEqual([0xfe, 0x80, 0, true]);
    for (let byte = 0; byte < 16; byte++) {
      const other = address.slice();
      other[byte] ^= 1;
      expect(isAnyRouter(other)).toBe(false);
    }
  });
});
