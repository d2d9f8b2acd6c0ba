import { onesComplementSum, TransportFault, transportChecksum } from "firmware/ip/checksum";
import { checkMessage } from "firmware/ip/icmpv6";
import { checkDatagram, writeDatagram } from "firmware/ip/udp";
import { describe, expect, it } from "vitest";
import { address, datagram, HEAD_END, METER, packet } from "./packets";
import { unhex } from "../../support/hex";

describe("the sum of RFC 1071, section 3", () => {
  const example = unhex("0001 f203 f4f5 f6f7");

  it("adds words end around", () => expect(onesComplementSum(example, 0, 8, 0)).toBe(0xddf2));

  it("adds in parts", () => {
    expect(onesComplementSum(example, 4, 8, onesComplementSum(example, 0, 4, 0))).toBe(0xddf2);
  });

  it("pads an odd byte with zero", () => {
    expect(onesComplementSum(example, 0, 7, 0)).toBe(onesComplementSum(unhex("0001f203f4f5f600"), 0, 8, 0));
  });

  it("carries twice where it must", () => {
    expect(onesComplementSum(unhex("ffff 0001"), 0, 4, 0xffff)).toBe(1);
    expect(onesComplementSum(new Uint8Array(1240).fill(0xff), 0, 1240, 0)).toBe(0xffff);
  });
});

describe("the pseudo-header (RFC 8200, 8.1)", () => {
  it("sums addresses, length and next header", () => {
    const empty = packet({
      source: address("::1"),
      destination: address("::2"),
      nextHeader: 58,
      payload: unhex("8000 0000"),
    });
    expect(transportChecksum(empty, 4)).toBe(~(1 + 2 + 58 + 4 + 0x8000) & 0xffff);
  });
});

describe("UDP (RFC 768)", () => {
  const whole = () => datagram(METER, HEAD_END, 5683, 61440, unhex("c0ffee"));

  it("is built with its length and checksum", () => {
    const made = whole();
    // Addresses, length and next header of the pseudo-header; ports, length and data.
    const words = [
      0x2001, 0xdb8, 0x5700, 1, 0x2001, 0xdb8, 1, 0x53, 11, 17, 0x1633, 0xf000, 11, 0xc0ff, 0xee00,
    ];
    let sum = words.reduce((a, b) => a + b);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    expect([...made.payload.slice(0, 8)]).toEqual([
      ...unhex("1633 f000 000b"),
      (~sum >> 8) & 0xff,
      ~sum & 0xff,
    ]);
    expect(checkDatagram(made)).toBe(TransportFault.none);
  });

  it("finds every flipped bit", () => {
    for (let bit = 0; bit < 8 * 11; bit++) {
      const damaged = whole();
      damaged.payload[bit >> 3] ^= 1 << (bit & 7);
      expect(checkDatagram(damaged)).not.toBe(TransportFault.none);
    }
    for (let bit = 0; bit < 8 * 32; bit++) {
      const damaged = whole();
      (bit < 128 ? damaged.source : damaged.destination)[(bit >> 3) & 15] ^= 1 << (bit & 7);
      expect(checkDatagram(damaged)).toBe(TransportFault.checksum);
    }
  });

  it.each([0, 7])("refuses %i bytes", (length) => {
    const cut = whole();
    cut.payloadLength = length;
    expect(checkDatagram(cut)).toBe(TransportFault.length);
  });

  it("refuses a length beyond the packet, or below the header", () => {
    for (const length of [12, 7, 0, 0xffff]) {
      const lying = whole();
      lying.payload.set([length >> 8, length & 0xff], 4);
      expect(checkDatagram(lying)).toBe(TransportFault.length);
    }
  });

  it("ignores what follows the datagram", () => {
    const longer = whole();
    longer.payload[11] = 0x55;
    longer.payloadLength = 12;
    expect(checkDatagram(longer)).toBe(TransportFault.none);
  });

  it("sends a checksum of zero as all ones, and refuses zero, which adds up as well", () => {
    // The data that brings the sum to zero: the checksum of the same datagram with 0000.
    const probe = datagram(METER, HEAD_END, 1, 2, unhex("0000"));
    const whole = datagram(METER, HEAD_END, 1, 2, probe.payload.slice(6, 8));
    expect([...whole.payload.slice(6, 8)]).toEqual([0xff, 0xff]);
    expect(checkDatagram(whole)).toBe(TransportFault.none);
    whole.payload.set([0, 0], 6);
    expect(checkDatagram(whole)).toBe(TransportFault.checksum);
  });

  it("does not build what a packet cannot hold", () => {
    const made = packet({});
    expect(writeDatagram(made, 1, 2, new Uint8Array(1300), 1232)).toBe(true);
    expect(writeDatagram(made, 1, 2, new Uint8Array(1300), 1233)).toBe(false);
    expect(made.payloadLength).toBe(1240);
  });
});

describe("ICMPv6 (RFC 4443, 2.3)", () => {
  it("refuses messages shorter than their header", () => {
    const short = (message: string) => checkMessage(packet({ nextHeader: 58, payload: unhex(message) }));
    expect(short("800000")).toBe(TransportFault.length);
    expect(short("80000000000000")).toBe(TransportFault.length);
    expect(short("01000000000000")).toBe(TransportFault.length);
    expect(short("9b000000")).toBe(TransportFault.checksum);
  });
});
