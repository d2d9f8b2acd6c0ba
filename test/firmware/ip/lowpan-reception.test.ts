import { Reader } from "firmware/codec/cursor";
import { decompress } from "firmware/ip/lowpan";
import { LowpanCause } from "firmware/ip/lowpan-cause";
import { Packet } from "firmware/ip/packet";
import { describe, expect, it } from "vitest";
import {
  address,
  COLLECTOR_EUI64,
  compressed,
  contexts,
  datagram,
  decompressed,
  fields,
  HEAD_END,
  HEAD_END_PORT,
  METER,
  METER_EUI64,
  METER_PORT,
  packet,
  PREFIX,
} from "./packets";
import { hex, unhex } from "../../support/hex";

describe("reception alone", () => {
  it("reads plain IPv6 (RFC 4944, 5.1)", () => {
    const start = "41 6b912345 0003 fd 07";
    const source = hex(METER);
    const whole = packet({
      source: METER,
      destination: HEAD_END,
      trafficClass: 0xb9,
      flowLabel: 0x12345,
      nextHeader: 0xfd,
      hopLimit: 7,
      payload: unhex("010203"),
    });
    expect(decompressed(unhex(start + source + hex(HEAD_END) + "010203"))).toEqual(fields(whole));
    expect(decompressed(unhex(start + source + hex(HEAD_END) + "0102"))).toBe(LowpanCause.header);
    expect(decompressed(unhex(start + source + hex(HEAD_END) + "01020304"))).toBe(LowpanCause.header);
    expect(decompressed(unhex(start.replace("6b91", "5b91") + source + hex(HEAD_END) + "010203"))).toBe(
      LowpanCause.header,
    );
  });

  it.each([
    ["nothing", "", LowpanCause.truncated],
    ["a first fragment", "c0280001 7a33", LowpanCause.fragment],
    ["a later fragment", "e028000101 7a33", LowpanCause.fragment],
    ["not 6LoWPAN", "3f00", LowpanCause.dispatch],
    ["HC1, which RFC 6282 took away", "42fb", LowpanCause.dispatch],
    ["a mesh header", "b1000100023a33", LowpanCause.dispatch],
    ["DAC without DAM", `7a34 3b ${"00".repeat(16)}`, LowpanCause.reserved],
    ["stateful multicast of 32 bits", "7a3e 3b 02000001", LowpanCause.reserved],
    ["stateful multicast of 48 bits", "7a3d 3b 020000000001", LowpanCause.reserved],
    ["stateful multicast of 8 bits", "7a3f 3b 01", LowpanCause.reserved],
    ["multicast that is none", `7a38 3b ${hex(METER)}`, LowpanCause.reserved],
    ["an unknown context", "7af3 20 3b", LowpanCause.context],
    ["an unknown context's prefix", "7abc 02 3b 3500 12345678", LowpanCause.context],
    ["a prefix too long for a multicast address", "7abc 01 3b 3500 12345678", LowpanCause.context],
    ["hop-by-hop options", "7e33 e0 3a 00", LowpanCause.extensionHeader],
    ["an unknown next header", "7e33 d0", LowpanCause.reserved],
    ["more than a packet holds", `7a33 3b ${"00".repeat(1241)}`, LowpanCause.length],
    ["more than a datagram holds", `7e33 f3 00 0000 ${"00".repeat(1233)}`, LowpanCause.length],
  ])("refuses %s", (_, frame, cause) => expect(decompressed(unhex(frame))).toBe(cause));

  it("refuses a destination that a frame to all does not have", () => {
    expect(decompressed(unhex("7a33 3b"), { destination: "all" })).toBe(LowpanCause.linkAddress);
    expect(decompressed(unhex("7a37 3b"), { destination: "all" })).toBe(LowpanCause.linkAddress);
  });
});

describe("damaged frames", () => {
  const frames = [
    datagram(METER, HEAD_END, METER_PORT, HEAD_END_PORT, unhex("c0ffee")),
    datagram(METER, PREFIX, 61616, 61617, unhex("00")),
    packet({ source: METER, destination: address("ff02::1:ff00:1"), nextHeader: 58, payload: unhex("8700") }),
    packet({ source: METER, destination: address("ff35:40:2001:db8::1"), flowLabel: 9, trafficClass: 9 }),
  ].map((whole) => compressed(whole));
  frames.push(unhex(`41 60000000 0000 3b 07 ${hex(METER)} ${hex(HEAD_END)}`));

  it("cut at each byte, are a shorter payload or refused", () => {
    for (const frame of frames) {
      for (let length = 0; length < frame.length; length++) {
        const whole = decompressed(frame.slice(0, length));
        const causes: unknown[] = [LowpanCause.truncated, LowpanCause.header];
        if (typeof whole === "number") expect(causes).toContain(whole);
        else expect(whole.payload.length).toBeLessThan(2 * 60);
      }
    }
  });

  it("with each byte set to each value, or grown by it, never throw and stay in bounds", () => {
    const using = contexts();
    const before = hex(using.prefixes) + using.bits.join();
    const into = new Packet();
    const known: unknown[] = Object.values(LowpanCause);
    for (const frame of frames) {
      for (let at = 0; at <= frame.length; at++) {
        for (let value = 0; value < 256; value++) {
          for (const removed of [0, 1]) {
            const damaged = Uint8Array.from([...frame.slice(0, at), value, ...frame.slice(at + removed)]);
            const reader = new Reader(damaged);
            const cause = decompress(reader, METER_EUI64, COLLECTOR_EUI64, using, into);
            if (!known.includes(cause)) expect.fail(`cause ${cause}`);
            if (cause === 0 && reader.at !== reader.end) expect.fail(`${hex(damaged)} not read to its end`);
          }
        }
      }
    }
    expect(hex(using.prefixes) + using.bits.join()).toBe(before);
  });
});
