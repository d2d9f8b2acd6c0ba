import { describe, expect, it } from "vitest";
import { Peer } from "firmware/ip/socket";
import { FrameType, MacFrame } from "firmware/mesh/mac/frame";
import { edgesAir } from "../../../support/edges";
import { meshStreet } from "../../../support/mesh-street";

const PORT = 5683;

/** Attempts that the MAC makes, and how often forwarding hands a packet down to it. */
const ATTEMPTS = 6;
const HANDED_DOWN = 2;

describe("a packet that the MAC gives up and is handed again", () => {
  it("comes under one sequence number, so that a neighbour whose acknowledgements were lost tells it from a new one", () => {
    const { world, medium, collector, meters, start } = meshStreet(1, 1, { air: edgesAir(2, [[0, 1]]) });
    start();
    world.runUntil(60e6);
    const [meter] = meters;
    meter.radio.powerOff();
    const sequences: number[] = [];
    const frame = new MacFrame();
    medium.onFrame = (_at_us, _from, _channel, bytes, length) => {
      frame.parse(bytes, length);
      if (frame.type === FrameType.data && frame.ackRequest) sequences.push(frame.sequence);
    };
    const socket = collector.stack.bind(PORT);
    const peer = new Peer();
    peer.address.set(meter.stack.address);
    peer.port = PORT;
    for (let packet = 0; packet < 2; packet++) {
      socket.send(peer, Uint8Array.of(packet), 1);
      world.runUntil(world.now_us + 10e6);
    }
    expect(sequences.length).toBe(2 * HANDED_DOWN * ATTEMPTS);
    expect(new Set(sequences.slice(0, HANDED_DOWN * ATTEMPTS)).size).toBe(1);
    expect(new Set(sequences).size).toBe(2);
  });
});
