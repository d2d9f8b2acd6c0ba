import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { formatAddress } from "firmware/ip/address-text";
import { writeEchoRequest } from "firmware/ip/icmpv6";
import { LowpanCause } from "firmware/ip/lowpan-cause";
import type { Packet } from "firmware/ip/packet";
import { writeDatagram } from "firmware/ip/udp";
import { Random } from "../../../host-sim/random";
import { afterAll, expect, it } from "vitest";
import { describeWithTool } from "../../support/tools";
import {
  address,
  anyPacket,
  anyPorts,
  COLLECTOR_EUI64,
  compressed,
  contexts,
  datagram,
  decompressed,
  fields,
  type Frame,
  HEAD_END,
  HEAD_END_PORT,
  METER,
  METER_EUI64,
  METER_PORT,
} from "./packets";
import { hex, unhex } from "../../support/hex";

const PAN = 0x574d;
/** LINKTYPE_IEEE802_15_4_NOFCS. */
const LINK_TYPE = 230;
/** Data frame, PAN ID compressed, long source; the destination is long or short. */
const TO_ONE = 0xcc41;
const TO_ALL = 0xc841;

const FIELDS = [
  "ipv6.src",
  "ipv6.dst",
  "ipv6.tclass",
  "ipv6.flow",
  "ipv6.hlim",
  "ipv6.nxt",
  "udp.srcport",
  "udp.dstport",
  "udp.length",
  "udp.checksum.status",
  "udp.payload",
  "icmpv6.checksum.status",
  "icmpv6.echo.identifier",
  "data.data",
  "_ws.malformed",
];

/** Contexts that both sides hold besides the first two: shorter and longer than 64 bits. */
const using = contexts();
const EXTRA_PREFIXES = [unhex("20010db80002 0000"), unhex("20010db800070000aaaa")];
using.set(2, address("2001:db8:2::"), 48);
using.set(7, address("2001:db8:7:0:aaaa::"), 80);
const PROFILE = [
  "6lowpan.context0:2001:db8::/64",
  `6lowpan.context1:${formatAddress(HEAD_END)}/128`,
  "6lowpan.context2:2001:db8:2::/48",
  "6lowpan.context7:2001:db8:7:0:aaaa::/80",
  "udp.check_checksum:TRUE",
];

describeWithTool("tshark", "as tshark reads it", (tshark) => {
  const folder = mkdtempSync(join(tmpdir(), "lowpan-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  function read(frames: { data: Uint8Array; frame: Frame }[]): string[][] {
    const file = join(folder, "frames.pcap");
    writeFileSync(file, capture(frames.map(({ data, frame }) => macFrame(data, frame))));
    const options = [
      "-n",
      "-T",
      "fields",
      "-d",
      `wpan.panid==${PAN},6lowpan`,
      "-d",
      "udp.port==0-65535,data",
    ];
    for (const field of FIELDS) options.push("-e", field);
    for (const preference of PROFILE) options.push("-o", preference);
    const run = spawnSync(tshark, ["-r", file, ...options], {
      encoding: "utf8",
      env: { ...process.env, HOME: folder },
    });
    const lines = run.stdout.split("\n").slice(0, -1);
    expect(lines.length, run.stderr).toBe(frames.length);
    return lines.map((line) => line.split("\t"));
  }

  it("reads what we compress", () => {
    const sent = fc
      .sample(fc.tuple(anyPacket, anyPorts), { seed: 4, numRuns: 400 })
      .map(([whole, ports], n) => {
        const prefix = EXTRA_PREFIXES[n % 8];
        if (prefix !== undefined) whole.source.set(prefix);
        const data = whole.payload.slice(0, 1 + (n % 30));
        if (n % 4 === 0) writeEchoRequest(whole, n, 1, data.length);
        else writeDatagram(whole, ports[0], ports[1], data, data.length);
        const toAll = whole.destination[0] === 0xff || n % 3 === 0;
        const frame: Frame = { contexts: using, destination: toAll ? "all" : COLLECTOR_EUI64 };
        return { data: compressed(whole, frame), frame, expected: expected(whole) };
      });
    read(sent).forEach((row, n) => expect(row, hex(sent[n].data)).toEqual(sent[n].expected));
  });

  it("reads a meter's answer and plain IPv6", () => {
    const answer = datagram(METER, HEAD_END, METER_PORT, HEAD_END_PORT, unhex("c0ffee"));
    const plain = Uint8Array.from([
      0x41,
      ...unhex("60000000000b1140"),
      ...METER,
      ...HEAD_END,
      ...answer.payload.slice(0, 11),
    ]);
    const rows = read([compressed(answer), plain].map((data) => ({ data, frame: {} })));
    expect(rows).toEqual([expected(answer), expected(answer)]);
  });

  // What we never send, too: random bytes under every header are read by both sides.
  it("reads every header as we do", () => {
    const random = new Random(1, "inline bytes");
    const sent: { data: Uint8Array; frame: Frame }[] = [];
    const add = (first: number, second: number, ids: number[], destination: Uint8Array | "all") => {
      const rest = Array.from({ length: 50 }, () => random.below(256));
      // With its next header inline, behind what the traffic class takes: none (59).
      const traffic = [4, 3, 1, 0][(first >> 3) & 3];
      const data = Uint8Array.from([
        first,
        second,
        ...ids,
        ...rest.slice(0, traffic),
        59,
        ...rest.slice(traffic),
      ]);
      sent.push({ data, frame: { contexts: using, destination } });
    };
    for (let first = 0x60; first < 0x80; first++)
      if ((first & 4) === 0) add(first, 0x33, [], COLLECTOR_EUI64);
    for (let second = 0; second < 256; second++) {
      for (const id of second < 128 ? [0] : [0, 1, 2, 7]) {
        const ids = second < 128 ? [] : [id * 0x11];
        add(0x7a, second, ids, COLLECTOR_EUI64);
        add(0x7a, second, ids, "all");
      }
    }
    let same = 0;
    read(sent).forEach((row, n) => {
      const { data, frame } = sent[n];
      const whole = decompressed(data, frame);
      const fullMulticast = (data[1] & 0x0f) === 0x08;
      if (typeof whole === "object") {
        expect([...row.slice(0, 6), row[13]], hex(data)).toEqual([...header(whole), whole.payload]);
        same++;
      } else if (whole === LowpanCause.reserved && !fullMulticast) {
        expect(row.at(-1), hex(data)).toBe("_ws.malformed");
      }
    });
    expect(same).toBeGreaterThan(790);
  });
});

/** The IPv6 header as tshark prints it. */
function header(whole: ReturnType<typeof fields>): string[] {
  return [
    formatAddress(unhex(whole.source)),
    formatAddress(unhex(whole.destination)),
    `0x${whole.trafficClass.toString(16).padStart(8, "0")}`,
    `0x${whole.flowLabel.toString(16).padStart(6, "0")}`,
    String(whole.hopLimit),
    String(whole.nextHeader),
  ];
}

/** A whole row: an echo request or a datagram, its checksum found right. */
function expected(whole: Packet): string[] {
  const start = header(fields(whole));
  const payload = Buffer.from(whole.payload.subarray(0, whole.payloadLength));
  const data = payload.toString("hex", 8);
  if (whole.nextHeader === 58) {
    const identifier = `0x${payload.toString("hex", 4, 6)}`;
    return [...start, "", "", "", "", "", "1", identifier, data, ""];
  }
  const ports = [0, 2, 4].map((at) => String(payload.readUInt16BE(at)));
  return [...start, ...ports, "1", data, "", "", data, ""];
}

function macFrame(data: Uint8Array, { source = METER_EUI64, destination = COLLECTOR_EUI64 }: Frame): Buffer {
  const to = destination === "all" ? [0xff, 0xff] : [...destination].reverse();
  const head = Buffer.alloc(5);
  head.writeUInt16LE(destination === "all" ? TO_ALL : TO_ONE, 0);
  head.writeUInt16LE(PAN, 3);
  return Buffer.concat([head, Buffer.from(to), Buffer.from(source).reverse(), data]);
}

function capture(frames: Buffer[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65535, 16);
  head.writeUInt32LE(LINK_TYPE, 20);
  const records = frames.flatMap((frame) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([head, ...records]);
}
