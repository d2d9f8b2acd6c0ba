import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { writeGroup, Group, Scope } from "firmware/ip/address";
import { Reader } from "firmware/codec/cursor";
import { headerBytes, readPacket, writeHeader } from "firmware/ip/ipv6";
import { LowpanCause } from "firmware/ip/lowpan-cause";
import { MPL_LATEST } from "firmware/ip/mpl-option";
import { Packet } from "firmware/ip/packet";
import { describe, expect, it } from "vitest";
import { describeWithTool } from "../../support/tools";
import {
  compressed,
  datagram,
  decompressed,
  fields,
  type Frame,
  HEAD_END,
  HEAD_END_PORT,
  METER,
  METER_PORT,
} from "./packets";
import { hex, unhex } from "../../support/hex";

const TO_ALL: Frame = { destination: "all" };
const SEQUENCE = 0xab;

function forwarders(scope: number): Uint8Array {
  const group = new Uint8Array(16);
  writeGroup(Group.allMplForwarders, group, scope);
  return group;
}

/** What the head end says to all: numbered, with none later. */
function message(data = unhex("c0ffee"), scope: number = Scope.adminLocal): Packet {
  const made = datagram(HEAD_END, forwarders(scope), HEAD_END_PORT, METER_PORT, data);
  made.mpl = MPL_LATEST | SEQUENCE;
  return made;
}

function plain(of: Packet): Uint8Array {
  const start = headerBytes(of);
  const made = new Uint8Array(start + of.payloadLength);
  writeHeader(of, made, 0);
  made.set(of.payload.subarray(0, of.payloadLength), start);
  return made;
}

function read(made: Uint8Array): Packet | undefined {
  const into = new Packet();
  into.mpl = 1234;
  return readPacket(new Reader(made), into) ? into : undefined;
}

/** Of the payload of `packet`: a Hop-by-Hop Options header of these bytes before it. */
function withOptions(options: string): Uint8Array {
  const whole = plain(message());
  const made = Uint8Array.from([...whole.subarray(0, 40), ...unhex(options), ...whole.subarray(48)]);
  made[5] += unhex(options).length - 8;
  return made;
}

describe("the MPL option", () => {
  it("stands in IPv6 as RFC 7731, section 6.1, and RFC 8200, section 4.3, have it", () => {
    const made = plain(message());
    expect(hex(made.slice(4, 8))).toBe("0013" + "00" + "40");
    expect(hex(made.slice(40, 48))).toBe("11" + "00" + "6d02" + "20ab" + "0100");
    expect(hex(made.slice(24, 40))).toBe("ff0400000000000000000000000000fc");
  });

  it("stands in 6LoWPAN as RFC 6282, section 4.2, has it: six bytes, UDP behind it", () => {
    const made = compressed(message(), TO_ALL);
    // Class, flow and hop limit left out, a next header; multicast of 32 bits, the source's context; the group.
    expect(hex(made, 7)).toBe("7efa10" + "040000fc");
    expect(hex(made.slice(7, 14))).toBe("e1" + "04" + "6d02" + "20ab" + "f2");
  });

  it("comes back as it was, over the air and over a line", () => {
    for (const scope of [Scope.realmLocal, Scope.adminLocal])
      for (const sequence of [0, 1, 127, 128, 255])
        for (const flags of [0, MPL_LATEST]) {
          const whole = message(undefined, scope);
          whole.mpl = flags | sequence;
          expect(decompressed(compressed(whole, TO_ALL), TO_ALL)).toEqual(fields(whole));
          const other = read(plain(whole))!;
          expect(fields(other)).toEqual(fields(whole));
        }
  });

  it("is gone from a packet that is read after it", () => {
    const whole = read(plain(datagram(METER, HEAD_END, METER_PORT, HEAD_END_PORT, unhex("00"))));
    expect(whole?.mpl).toBe(-1);
  });

  it("is found between padding (RFC 8200, section 4.2), its reserved bits ignored", () => {
    expect(read(withOptions("1100 0000 6d022fab"))?.mpl).toBe(0x2fab);
    expect(read(withOptions("1101 6d0220ab 0108 0000000000000000"))?.mpl).toBe(0x20ab);
  });

  it.each([
    ["a seed-id", "1100 6d04 60ab 1234"],
    ["another version", "1100 6d02 30ab 0100"],
    ["no option", "1100 0104 00000000"],
    ["another option", "1100 0502 0000 0100"],
    ["two of it", "1101 6d0220ab 6d0220ab 0104 00000000"],
    ["an option that is cut", "1100 0102 0000 6d02"],
    ["a header longer than its packet", "1140 6d02 20ab 0100"],
  ])("is refused with %s", (_, options) => expect(read(withOptions(options))).toBeUndefined());

  it("is refused on its way to one node", () => {
    const whole = datagram(HEAD_END, METER, HEAD_END_PORT, METER_PORT, unhex("c0ffee"));
    whole.mpl = SEQUENCE;
    expect(read(plain(whole))).toBeUndefined();
    expect(decompressed(compressed(whole))).toBe(LowpanCause.extensionHeader);
  });

  it("does no harm whatever is cut, flipped or grown", () => {
    const air = compressed(message(), TO_ALL);
    const line = plain(message());
    for (let length = 0; length < air.length; length++) decompressed(air.slice(0, length), TO_ALL);
    for (let length = 0; length < line.length; length++) expect(read(line.slice(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (place, mask, isGrown) => {
        for (const from of [air, line]) {
          const made = [...from];
          if (isGrown) made.splice(place % from.length, 0, mask);
          else made[place % from.length] ^= mask;
          decompressed(Uint8Array.from(made), TO_ALL);
          read(Uint8Array.from(made));
        }
      }),
      { seed: 1, numRuns: 3000 },
    );
  });
});

describeWithTool("tshark", "the MPL option as tshark reads it", (tshark) => {
  /** Link types 230, IEEE 802.15.4 without FCS, and 229, IPv6. */
  function rows(linkType: number, packets: Uint8Array[]): string[][] {
    const folder = mkdtempSync(join(tmpdir(), "mpl-"));
    const file = join(folder, "messages.pcap");
    const head = Buffer.alloc(24);
    [0xa1b2c3d4, 0x00040002, 0, 0, 65535, linkType].forEach((word, n) => head.writeUInt32LE(word, 4 * n));
    const records = packets.flatMap((packet) => {
      const record = Buffer.alloc(16);
      record.writeUInt32LE(packet.length, 8);
      record.writeUInt32LE(packet.length, 12);
      return [record, packet];
    });
    writeFileSync(file, Buffer.concat([head, ...records]));
    const wanted = [
      "ipv6.dst",
      "ipv6.hopopts.nxt",
      "ipv6.opt.type",
      "ipv6.opt.mpl.flag.s",
      "ipv6.opt.mpl.flag.m",
    ];
    wanted.push("ipv6.opt.mpl.flag.v", "ipv6.opt.mpl.sequence", "udp.checksum.status", "udp.payload");
    const options = [
      "-n",
      "-T",
      "fields",
      "-d",
      "wpan.panid==0x574d,6lowpan",
      "-d",
      "udp.port==0-65535,data",
    ];
    options.push("-o", "6lowpan.context0:2001:db8::/64", "-o", "6lowpan.context1:2001:db8:1::53/128");
    options.push("-o", "udp.check_checksum:TRUE", ...wanted.flatMap((field) => ["-e", field]));
    const run = spawnSync(tshark, ["-r", file, ...options], {
      encoding: "utf8",
      env: { ...process.env, HOME: folder },
    });
    rmSync(folder, { recursive: true });
    return run.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t"));
  }

  const sent = [0, 1, 127, 128, 255].map((sequence) => {
    const whole = message(Uint8Array.of(sequence, 0xc0));
    whole.mpl = (sequence % 2) * MPL_LATEST + sequence;
    return whole;
  });
  const expected = sent.map(({ mpl }) => {
    const sequence = mpl & 0xff;
    const latest = mpl >= MPL_LATEST ? "1" : "0";
    const digits = sequence.toString(16).padStart(2, "0");
    return ["ff04::fc", "17", "0x6d,0x01", "0", latest, "0", `0x${digits}`, "1", `${digits}c0`];
  });

  it("over the air", () => {
    const frame = [0x41, 0xc8, 0x01, 0x4d, 0x57, 0xff, 0xff, 1, 0, 0, 0, 0, 0x57, 0, 2];
    const made = sent.map((whole) => Uint8Array.from([...frame, ...compressed(whole, TO_ALL)]));
    expect(rows(230, made)).toEqual(expected);
  });

  it("over a line", () => {
    expect(rows(229, sent.map(plain))).toEqual(expected);
  });
});
