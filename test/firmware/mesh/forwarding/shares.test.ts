import { describe, expect, it } from "vitest";
import { Peer } from "firmware/ip/socket";
import { OWN, PacketQueue } from "firmware/mesh/forwarding/queue";
import { edgesAir } from "../../../support/edges";
import { meshStreet } from "../../../support/mesh-street";

const PORT = 5683;
const SECOND_us = 1e6;

describe("the room of a queue", () => {
  const taken = (queue: PacketQueue, neighbour: number, urgent = false) => {
    let count = 0;
    while (queue.add(neighbour, urgent) !== undefined) count++;
    return count;
  };

  it("is two thirds for a neighbour that is alone, and less for each of many", () => {
    const queue = new PacketQueue(26);
    expect([1, 2, 3, 4].map((neighbour) => taken(queue, neighbour))).toEqual([16, 6, 2, 0]);
  });

  it("is all for what the node itself sends up, but for the slots of what is urgent", () => {
    const queue = new PacketQueue(26);
    expect(taken(queue, OWN)).toBe(24);
    expect(taken(queue, 1, true)).toBe(2);
  });
});

/** A collector that sends datagrams to meters, which are numbered from 0; and those that one came to. */
function town(pairs: readonly number[][], meters: number) {
  const street = meshStreet(meters, 1, { air: edgesAir(meters + 1, pairs) });
  const { world, collector } = street;
  const socket = collector.stack.bind(PORT);
  const came: number[] = [];
  street.meters.forEach(({ stack }, at) => {
    stack.bind(PORT).onDatagram = () => came.push(at);
  });
  street.start();
  const run = (seconds: number) => world.runUntil(world.now_us + seconds * SECOND_us);
  run(300);
  const peer = new Peer();
  peer.port = PORT;
  let sent = 0;
  const send = (to: number) => {
    peer.address.set(street.meters[to].stack.address);
    socket.send(peer, Uint8Array.of(sent++), 1);
  };
  return { came, run, send, powerOff: (meter: number) => street.meters[meter].radio.powerOff() };
}

describe("a neighbour that is silent", () => {
  it("does not keep a collector from sending to others, however much is for it", () => {
    const pairs = [
      [0, 1],
      [0, 2],
    ];
    const { came, run, send, powerOff } = town(pairs, 2);
    powerOff(0);
    for (let i = 0; i < 30; i++) send(0);
    send(1);
    run(5);
    expect(came).toEqual([1]);
  });

  it("does not keep a router from passing on what goes down to others", () => {
    const pairs = [
      [0, 1],
      [1, 2],
      [1, 3],
    ];
    const { came, run, send, powerOff } = town(pairs, 3);
    powerOff(1);
    for (let i = 0; i < 10; i++) send(1);
    for (let i = 0; i < 2; i++) send(2);
    run(30);
    expect(came).toEqual([2, 2]);
  });
});
