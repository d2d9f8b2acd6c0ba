import { describe, expect, it } from "vitest";
import { Writer } from "firmware/codec/cursor";
import { Cause, FCS_BYTES, writeFcs } from "firmware/mesh/mac/frame";
import { macStreet, send } from "../../../support/mac-street";

/** A node that waits for the acknowledgement of a frame of its own, and the frames that would reach it. */
function street() {
  const { world, medium, macs } = macStreet(2);
  const [node, peer] = macs as [(typeof macs)[0], (typeof macs)[0]];
  const air: Uint8Array[] = [];
  medium.onFrame = (_at, _from, _channel, bytes, length) => air.push(bytes.slice(0, length));
  send(peer, node.eui64, [1, 2, 3, 4]);
  world.runUntil(1e6);
  const [data] = air;
  const radio = medium.radios[0];
  const receive = radio.onReceive;
  // From here on nothing reaches the node but what the test gives it.
  radio.onReceive = () => {};
  air.length = 0;
  send(node, peer.eui64, [5]);
  // Up to the acknowledgement's start: the node is waiting for it.
  while (air.length < 2) world.runUntil(world.now_us + 1000);
  const ack = air[1];
  const dropped = () => node.counters.dropped.reduce((sum, count) => sum + count, 0);
  return { node, data: data, ack, receive, dropped, world };
}

describe("a damaged frame", () => {
  for (const kind of ["data", "ack"] as const) {
    it(`(${kind}) is dropped and counted, and changes nothing`, () => {
      const made = street();
      const { node, receive, dropped } = made;
      const frame = made[kind];
      let handedUp = 0;
      node.onFrame = () => handedUp++;
      node.onSent = () => handedUp++;
      const before = { ...node.counters, dropped: undefined };
      const seen = new Set<number>();
      let given = dropped();
      const give = (bytes: Uint8Array) => {
        const counts = node.counters.dropped.slice();
        receive(bytes, bytes.length, -60);
        given++;
        expect(dropped()).toBe(given);
        node.counters.dropped.forEach((count, cause) => count > counts[cause] && seen.add(cause));
      };
      for (let length = 0; length < frame.length; length++) give(frame.slice(0, length));
      for (let bit = 0; bit < frame.length * 8; bit++) {
        const flipped = frame.slice();
        flipped[bit >> 3] ^= 1 << (bit & 7);
        give(flipped);
      }
      for (let at = 0; at <= frame.length; at++) {
        for (const byte of [0, 0xff]) give(Uint8Array.of(...frame.slice(0, at), byte, ...frame.slice(at)));
      }
      expect(handedUp).toBe(0);
      expect({ ...node.counters, dropped: undefined }).toEqual(before);
      for (const cause of [Cause.tooShort, Cause.fcs, Cause.malformed, Cause.notForUs]) {
        expect(seen).toContain(cause);
      }
    });
  }

  it("does not keep the whole one from being taken", () => {
    const { node, data, ack, receive } = street();
    const heard: unknown[] = [];
    node.onSent = (_destination, _attempts, delivered) => heard.push(delivered);
    node.onFrame = () => heard.push("frame");
    receive(ack.with(5, 0xff), ack.length, -60);
    receive(ack, ack.length, -60);
    receive(ack, ack.length, -60);
    receive(data, data.length, -60);
    expect(heard).toEqual([true]);
    expect(node.counters.dropped[Cause.strayAck]).toBe(1);
    expect(node.counters.dropped[Cause.duplicate]).toBe(1);
  });
});

describe("a frame that is whole", () => {
  /** The frame `bytes` with some bytes changed and its FCS made right again. */
  const altered = (bytes: Uint8Array, change: (bytes: Uint8Array) => void) => {
    const writer = new Writer(bytes.slice());
    change(writer.bytes);
    writer.at = bytes.length - FCS_BYTES;
    writeFcs(writer);
    return writer.bytes;
  };

  it("is not taken from another PAN", () => {
    const { node, data, receive } = street();
    receive(
      altered(data, (bytes) => (bytes[3] ^= 1)),
      data.length,
      -60,
    );
    expect(node.counters.dropped[Cause.wrongPan]).toBe(1);
  });

  it("does not acknowledge another number, or come from another node", () => {
    const { node, ack, receive } = street();
    let sent = 0;
    node.onSent = () => sent++;
    receive(
      altered(ack, (bytes) => bytes[2]++),
      ack.length,
      -60,
    );
    receive(
      altered(ack, (bytes) => bytes[11]++),
      ack.length,
      -60,
    );
    expect(node.counters.dropped[Cause.strayAck]).toBe(2);
    expect(sent).toBe(0);
  });

  it("is new again when its number comes back after a while", () => {
    const { node, data, receive, world } = street();
    receive(data, data.length, -60);
    expect(node.counters.dropped[Cause.duplicate]).toBe(1);
    world.runUntil(world.now_us + 21e6);
    receive(data, data.length, -60);
    expect(node.counters.received).toBe(2);
  });
});
