import fc from "fast-check";
import { Reader } from "firmware/codec/cursor";
import { writeEchoRequest } from "firmware/ip/icmpv6";
import { readPacket, writeHeader } from "firmware/ip/ipv6";
import { Packet } from "firmware/ip/packet";
import type { IpStack } from "firmware/ip/stack";
import { describe, expect, it } from "vitest";
import { address, datagram, group, HEAD_END, METER, packet } from "./packets";
import { COLLECTOR, street } from "./street";
import { hex, unhex } from "../../support/hex";

/** Sum of all that may become of a received packet. */
function accounted({ counters }: IpStack): number {
  const dropped = Object.values(counters.dropped).reduce((a, b) => a + b);
  return counters.forwarded + counters.datagrams + counters.messages + dropped;
}

describe("damaged packets", () => {
  const ping = packet({ source: HEAD_END, destination: METER });
  writeEchoRequest(ping, 1, 2, 4);
  const wholes = [datagram(HEAD_END, METER, 61440, 5683, unhex("c0ffee")), ping].map((whole) => {
    const made = new Uint8Array(40 + whole.payloadLength);
    writeHeader(whole, made, 0);
    made.set(whole.payload.slice(0, whole.payloadLength), 40);
    return made;
  });
  /** Not under a checksum: version, class and flow label, length (seen by the reader), hop limit. */
  const UNCHECKED = [0, 1, 2, 3, 7];

  it.each(["meter", "collector"] as const)("are counted by a %s, and change nothing", (who) => {
    let heard = 0;
    for (const whole of wholes) {
      const stack = street()[who];
      const into = new Packet();
      const receive = (raw: Uint8Array) => {
        if (readPacket(new Reader(raw), into)) stack.receive(into);
      };
      const bound = stack.bind(5683);
      bound.onDatagram = () => heard++;
      const state = hex(stack.address) + hex(stack.linkLocal);
      for (let at = 0; at <= whole.length; at++) {
        receive(whole.slice(0, at));
        for (let value = 0; value < 256; value++) {
          const before = heard + stack.counters.messages;
          const flipped = whole.slice();
          if (at < whole.length) flipped[at] = value;
          receive(flipped);
          const taken = heard + stack.counters.messages > before;
          if (taken && value !== whole[at] && at < whole.length && !UNCHECKED.includes(at)) {
            expect.fail(`byte ${at} = ${value} went unseen`);
          }
          const grown = Uint8Array.from([...whole.slice(0, at), value, ...whole.slice(at)]);
          receive(grown);
          // With the length mended, so that it gets past the reader.
          grown[5] = grown.length - 40;
          receive(grown);
        }
        const cut = whole.slice(0, at);
        if (at > 5) cut[5] = at - 40;
        receive(cut);
      }
      expect(accounted(stack)).toBe(stack.counters.received);
      expect(hex(stack.address) + hex(stack.linkLocal)).toBe(state);
    }
    if (who === "meter") expect(heard).toBeGreaterThan(1000);
  });

  it("of any kind add up", () => {
    const anyAddress = fc.constantFrom(
      METER,
      COLLECTOR,
      HEAD_END,
      address("::"),
      group(1),
      address("fe80::9"),
    );
    const anyPacket = fc.record({
      source: anyAddress,
      destination: anyAddress,
      nextHeader: fc.constantFrom(17, 58, 59, 0, 43),
      hopLimit: fc.nat(3),
      payload: fc.uint8Array({ maxLength: 40 }),
    });
    const { meter, collector, headEnd } = street();
    fc.assert(
      fc.property(anyPacket, (whole) => {
        for (const stack of [meter, collector, headEnd]) {
          stack.receive(packet(whole));
          expect(accounted(stack)).toBe(stack.counters.received);
        }
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});
