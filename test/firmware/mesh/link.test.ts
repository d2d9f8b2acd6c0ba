import { describe, expect, it } from "vitest";
import { writeAddress, writeLinkLocal } from "firmware/ip/address";
import { LowpanCause } from "firmware/ip/lowpan-cause";
import { Packet } from "firmware/ip/packet";
import { MESH_PAYLOAD_BYTES } from "firmware/mesh/forwarding/queue";
import { meshStreet, PREFIX } from "../../support/mesh-street";
import { send } from "../../support/mac-street";

/** Two nodes that have not joined, and what each receives. */
function pair() {
  const { world, collector, meters } = meshStreet(1, 1);
  const [meter] = meters as [(typeof meters)[0]];
  const received: Packet[] = [];
  for (const node of [collector, meter]) {
    const { stack } = node;
    node.link.host = {
      address: stack.address,
      isOwn: () => true,
      receive: (packet) => received.push(structuredClone(packet)),
      sendError: () => {},
    };
  }
  return { world, collector, meter, received };
}

function packetTo(destination: Uint8Array, payloadLength = 10): Packet {
  const packet = new Packet(MESH_PAYLOAD_BYTES);
  writeAddress(PREFIX, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), packet.source);
  packet.destination.set(destination);
  packet.nextHeader = 59;
  packet.hopLimit = 9;
  packet.payload.fill(0x5a, 0, payloadLength);
  packet.payloadLength = payloadLength;
  return packet;
}

describe("the mesh as a link", () => {
  it("brings a packet to the neighbour that its link-local address names", () => {
    const { world, collector, meter, received } = pair();
    const address = new Uint8Array(16);
    writeLinkLocal(collector.eui64, address);
    const packet = packetTo(address);
    expect(meter.link.send(packet)).toBe(true);
    world.runUntil(1e6);
    expect(received).toEqual([structuredClone(packet)]);
  });

  it("brings a multicast to all", () => {
    const { world, meter, received } = pair();
    const group = new Uint8Array(16);
    group.set([0xff, 2]);
    group[15] = 1;
    expect(meter.link.send(packetTo(group))).toBe(true);
    world.runUntil(1e6);
    expect(received.map((packet) => packet.destination[0])).toEqual([0xff]);
  });

  it("refuses what is too long for a frame, and what the queue cannot take", () => {
    const { collector, meter, received, world } = pair();
    const address = new Uint8Array(16);
    writeLinkLocal(collector.eui64, address);
    expect(meter.link.send(packetTo(address, 230))).toBe(true);
    expect(meter.link.counters.dropped.tooLong).toBe(1);
    // Of ten slots the last two are for urgent packets.
    const taken = Array.from({ length: 10 }, (_, n) => meter.link.send(packetTo(address, 10 + n)));
    expect(taken).toEqual([...Array<boolean>(8).fill(true), false, false]);
    expect(meter.link.counters.dropped.queueFull).toBe(2);
    world.runUntil(5e6);
    expect(received.length).toBe(8);
  });

  it("has nowhere to send to without a parent", () => {
    const { collector, meter } = pair();
    meter.link.send(packetTo(collector.root.root));
    expect(meter.link.counters.dropped.noRoute).toBe(1);
  });

  it("drops payloads that are no packet, by cause", () => {
    const { collector, meter, received, world } = pair();
    send(meter.mac, collector.eui64, [0x00, 1]);
    send(meter.mac, collector.eui64, [0x7e]);
    send(meter.mac, collector.eui64, [0xc0, 0, 0, 0]);
    world.runUntil(5e6);
    // IPHC with both link-local addresses elided, to all: there is no destination to take.
    send(meter.mac, undefined, [0x7a, 0x33, 59]);
    world.runUntil(6e6);
    expect(collector.link.malformed[LowpanCause.linkAddress]).toBe(1);
    expect(received).toEqual([]);
    expect(collector.link.malformed[LowpanCause.dispatch]).toBe(1);
    expect(collector.link.malformed[LowpanCause.fragment]).toBe(1);
    expect(collector.link.malformed[LowpanCause.truncated]).toBe(1);
  });

  it("has a count for each cause", () => {
    const { collector } = pair();
    expect(collector.link.malformed.length).toBe(Object.keys(LowpanCause).length);
  });
});
