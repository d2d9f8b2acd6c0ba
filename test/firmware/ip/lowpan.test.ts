import fc from "fast-check";
import { Writer } from "firmware/codec/cursor";
import { Contexts } from "firmware/ip/contexts";
import { compress } from "firmware/ip/lowpan";
import { describe, expect, it } from "vitest";
import {
  address,
  anyContexts,
  anyEui64,
  anyPacket,
  COLLECTOR_EUI64,
  compressed,
  contexts,
  datagram,
  decompressed,
  type Fields,
  fields,
  type Frame,
  HEAD_END,
  HEAD_END_PORT,
  linkLocal,
  METER,
  METER_EUI64,
  METER_PORT,
  packet,
} from "./packets";
import { shortestAddresses } from "./shortest";
import { hex, unhex } from "../../support/hex";

const fromMeter = { source: linkLocal(METER_EUI64), destination: linkLocal(COLLECTOR_EUI64) };

/** Compresses a packet without payload and with no next header (59), and holds the way back to the same. */
function header(of: Fields, frame: Frame = {}): string {
  const whole = packet({ hopLimit: 64, nextHeader: 59, ...fromMeter, ...of });
  const made = compressed(whole, frame);
  expect(decompressed(made, frame)).toEqual(fields(whole));
  return hex(made);
}

function plain(spaced: string): string {
  return spaced.replaceAll(" ", "");
}

describe("a read of a meter", () => {
  // Two bytes of IPHC, context identifiers 1, UDP 1, ports 3, checksum 2.
  const DATA = unhex("c0ffee");

  it("goes up with 9 bytes before its data", () => {
    const up = datagram(METER, HEAD_END, METER_PORT, HEAD_END_PORT, DATA);
    const made = compressed(up);
    expect(hex(made, 7)).toBe(plain("7ef7 01 f1 1633 00"));
    expect(made.length - DATA.length).toBe(9);
    expect(decompressed(made)).toEqual(fields(up));
  });

  it("comes down with 10 bytes, its hop limit no longer 64", () => {
    const frame = { source: COLLECTOR_EUI64, destination: METER_EUI64 };
    const down = datagram(HEAD_END, METER, HEAD_END_PORT, METER_PORT, DATA);
    down.hopLimit = 63;
    const made = compressed(down, frame);
    expect(hex(made, 8)).toBe(plain("7cf7 10 3f f2 00 1633"));
    expect(made.length - DATA.length).toBe(10);
    expect(decompressed(made, frame)).toEqual(fields(down));
  });
});

describe("the IPv6 header (RFC 6282, 3.1.1 and 3.2.1)", () => {
  it.each<[string, Fields, string]>([
    ["hop limit 1", { hopLimit: 1 }, "7933 3b"],
    ["hop limit 64", { hopLimit: 64 }, "7a33 3b"],
    ["hop limit 255", { hopLimit: 255 }, "7b33 3b"],
    ["another hop limit", { hopLimit: 2 }, "7833 3b 02"],
    // On the air ECN stands before DSCP. Class 0xb9 is DSCP 46 and ECN 1.
    ["traffic class", { trafficClass: 0xb9 }, "7233 6e 3b"],
    ["ECN and flow label", { trafficClass: 2, flowLabel: 0xabcde }, "6a33 8abcde 3b"],
    ["flow label", { flowLabel: 0x12345 }, "6a33 012345 3b"],
    ["class and flow label", { trafficClass: 0xb9, flowLabel: 0x12345 }, "6233 6e012345 3b"],
  ])("%s", (_, of, expected) => expect(header(of)).toBe(plain(expected)));
});

describe("unicast addresses (RFC 6282, 3.1.1 and 3.2.2)", () => {
  it.each<[string, Fields, string]>([
    ["unspecified", { source: address("::") }, "7a43 3b"],
    ["link-local, 16 bits inline", { source: address("fe80::ff:fe00:1234") }, "7a23 3b 1234"],
    ["link-local, 64 bits inline", { source: address("fe80::1") }, "7a13 3b 0000000000000001"],
    [
      "link-local beyond /64",
      { source: address("fe80::1:0:0:0:1") },
      "7a03 3b fe800000000000010000000000000001",
    ],
    ["context 0 and link address", { source: METER }, "7a73 3b"],
    ["context 0, 16 bits inline", { source: address("2001:db8::ff:fe00:1") }, "7a63 3b 0001"],
    ["context 0, 64 bits inline", { source: address("2001:db8::5") }, "7a53 3b 0000000000000005"],
    ["context 1, a whole address", { source: HEAD_END }, "7af3 10 3b"],
    ["no context", { source: address("2001:db8:1::54") }, "7a03 3b 20010db8000100000000000000000054"],
    ["to a neighbour of context 0", { destination: address("2001:db8::5") }, "7a35 3b 0000000000000005"],
    ["to context 1", { destination: HEAD_END }, "7ab7 01 3b"],
    ["to the unspecified", { destination: address("::") }, `7a30 3b ${"00".repeat(16)}`],
  ])("%s", (_, of, expected) => expect(header(of)).toBe(plain(expected)));

  it("takes no destination from a frame to all, but a whole address from its context", () => {
    expect(header({}, { destination: "all" })).toBe(plain("7a31 3b 00005700000000ff"));
    expect(header({ destination: HEAD_END }, { destination: "all" })).toBe(plain("7ab7 01 3b"));
  });

  it("leaves what a context shorter than 64 bits does not cover at zero", () => {
    const using = new Contexts();
    using.set(0, address("2001:db8:ffff::"), 34);
    // The prefix counts for its 34 bits: 2001:db8:c000::
    expect(header({ source: address("2001:db8:c000::5") }, { contexts: using })).toBe(
      plain("7a53 3b 0000000000000005"),
    );
    expect(header({ source: address("2001:db8:e000::5") }, { contexts: using }).slice(0, 4)).toBe("7a03");
  });

  it("lets a context longer than 64 bits win over the link address", () => {
    const using = new Contexts();
    using.set(0, address("2001:db8::aaaa:0:0:0"), 80);
    expect(header({ source: address("2001:db8::aaaa:5700:0:1") }, { contexts: using })).toBe(
      plain("7a73 3b"),
    );
    expect(header({ source: address("2001:db8::aaaa:ff:fe00:9") }, { contexts: using })).toBe(
      plain("7a63 3b 0009"),
    );
    using.set(0, address("2001:db8::aaaa:bbbb:cccc:0"), 112);
    expect(header({ source: address("2001:db8::aaaa:bbbb:cccc:9") }, { contexts: using })).toBe(
      plain("7a63 3b 0009"),
    );
  });

  it("spends the byte of identifiers only where it saves more", () => {
    const using = contexts();
    using.set(2, address("fe80::1"), 128);
    using.set(3, address("2001:db8:3::"), 64);
    const source = address("2001:db8:3::ff:fe00:1");
    expect(header({ source }, { contexts: using })).toBe(plain("7ae3 30 3b 0001"));
    // Two bytes saved for one.
    expect(header({ source: address("fe80::1") }, { contexts: using })).toBe(plain("7af3 20 3b"));
  });
});

describe("multicast addresses (RFC 6282, 3.1.1 and 3.2.4)", () => {
  it.each([
    ["8 bits", "ff02::1a", "7a3b 3b 1a"],
    ["32 bits", "ff05::fb", "7a3a 3b 05 0000fb"],
    ["32 bits, full", "ff02::12:3456", "7a3a 3b 02 123456"],
    ["48 bits", "ff02::1:ff12:3456", "7a39 3b 02 01ff123456"],
    ["128 bits", "ff02:0:0:0:0:100::", "7a38 3b ff020000000000000000010000000000"],
    ["a prefix of 128 bits", "ff35:80:2001:db8:1::1", "7a38 3b ff35008020010db80001000000000001"],
    ["by the prefix of context 0 (RFC 3306)", "ff35:40:2001:db8::1234:5678", "7a3c 3b 3500 12345678"],
  ])("%s", (_, destination, expected) => {
    expect(header({ destination: address(destination) }, { destination: "all" })).toBe(plain(expected));
  });

  it("by the prefix of another context", () => {
    const using = contexts();
    using.set(5, address("2001:db8:5::"), 48);
    const destination = address("ff3e:30:2001:db8:5:0:0:1");
    expect(header({ destination }, { contexts: using })).toBe(plain("7abc 05 3b 3e00 00000001"));
  });
});

describe("UDP (RFC 6282, 4.3)", () => {
  const data = unhex("0102");
  it.each([
    [61616, 61631, "f3 0f"],
    [5683, 61440, "f1 1633 00"],
    [61695, 5683, "f2 ff 1633"],
    [61616, 61600, "f1 f0b0 a0"],
    [5683, 61696, "f0 1633 f100"],
  ])("from %i to %i", (from, to, expected) => {
    const whole = datagram(fromMeter.source, fromMeter.destination, from, to, data);
    const made = compressed(whole);
    const checksum = hex(whole.payload.slice(6, 8));
    expect(hex(made)).toBe(`7e33${plain(expected)}${checksum}0102`);
    expect(decompressed(made)).toEqual(fields(whole));
  });

  it("leaves a datagram as it is whose length cannot be told from the packet's", () => {
    const whole = datagram(fromMeter.source, fromMeter.destination, 5683, 61440, data);
    whole.payload[5] -= 1;
    const made = compressed(whole);
    expect(hex(made)).toBe(`7a3311${hex(whole.payload, whole.payloadLength)}`);
    expect(decompressed(made)).toEqual(fields(whole));
  });

  it("computes a checksum that the sender left out", () => {
    const whole = datagram(fromMeter.source, fromMeter.destination, 5683, 61440, data);
    expect(decompressed(unhex("7e33 f5 1633 00 0102"))).toEqual(fields(whole));
  });
});

describe("every packet", () => {
  const anyFrame = fc.record({
    source: anyEui64,
    destination: fc.oneof(anyEui64, fc.constant("all" as const)),
    contexts: anyContexts,
  });

  it("comes back as it was", () => {
    fc.assert(
      fc.property(anyPacket, anyFrame, (whole, frame) => {
        expect(decompressed(compressed(whole, frame), frame)).toEqual(fields(whole));
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  it("has the shortest of all the addresses' forms that a receiver understands", () => {
    fc.assert(
      fc.property(anyPacket, anyFrame, ({ source, destination }, frame) => {
        const made = compressed(packet({ source, destination, hopLimit: 64, nextHeader: 59 }), frame);
        expect(made.length - 3).toBe(shortestAddresses(source, destination, frame));
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  it("is refused where it does not fit, and fits to the byte", () => {
    fc.assert(
      fc.property(anyPacket, anyFrame, (whole, frame) => {
        const length = compressed(whole, frame).length;
        const to = frame.destination === "all" ? undefined : frame.destination;
        const room = new Uint8Array(length + 1).fill(0xee);
        expect(compress(whole, frame.source, to, frame.contexts, new Writer(room, 0, length))).toBe(true);
        expect(compress(whole, frame.source, to, frame.contexts, new Writer(room, 0, length - 1))).toBe(
          false,
        );
        expect(room[length]).toBe(0xee);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});
