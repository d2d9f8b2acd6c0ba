import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import crc32 from "crc/calculators/crc32";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Writer } from "firmware/codec/cursor";
import {
  AddressMode,
  Cause,
  CAUSES,
  fcsMatches,
  FrameType,
  MacFrame,
  writeAckHeader,
  writeDataHeader,
  writeFcs,
} from "firmware/mesh/mac/frame";
import { Capture } from "../../../../host-sim/capture";
import { describeWithTool } from "../../../support/tools";
import { unhex } from "../../../support/hex";

const A = Uint8Array.of(0x02, 0x57, 0x4d, 0, 0, 0, 0, 0x11);
const B = Uint8Array.of(0x02, 0x57, 0x4d, 0xc0, 0, 0, 0, 0x22);
const PAN = 0xabcd;

function build(header: (writer: Writer) => void, payload: ArrayLike<number> = []): Uint8Array {
  const writer = new Writer(new Uint8Array(300));
  header(writer);
  for (let i = 0; i < payload.length; i++) writer.u8(payload[i]);
  writeFcs(writer);
  return writer.bytes.slice(0, writer.length);
}

const unicast = build((writer) => writeDataHeader(writer, 0x5a, PAN, B, A), [1, 2, 3]);
const broadcast = build((writer) => writeDataHeader(writer, 0xff, PAN, undefined, A), [9]);
const ack = build((writer) => writeAckHeader(writer, 0x5a, A, B));

/** With four more bytes in the place of the FCS, which parsing does not look at. */
function parse(header: string) {
  const frame = new MacFrame();
  const bytes = unhex(`${header} 00000000`);
  return { cause: frame.parse(bytes, bytes.length), frame };
}

describe("frames as they are written", () => {
  // Worked by hand after 7.2.1 (fields), table 7-2 (PAN identifiers) and 4 (least significant byte first).
  it("unicast data: AR, destination PAN, both addresses extended", () => {
    expect(unicast.slice(0, -4)).toEqual(unhex("21ec 5a cdab 22000000c04d5702 11000000004d5702 010203"));
  });

  it("broadcast data: PAN ID compression, short destination 0xFFFF", () => {
    expect(broadcast.slice(0, -4)).toEqual(unhex("41e8 ff cdab ffff 11000000004d5702 09"));
  });

  it("enhanced acknowledgement: no PAN identifier, both addresses extended", () => {
    expect(ack.slice(0, -4)).toEqual(unhex("42ec 5a 11000000004d5702 22000000c04d5702"));
  });

  it("end with the CRC-32, least significant byte first", () => {
    for (const frame of [unicast, broadcast, ack]) {
      const fcs = crc32(frame.slice(0, -4)) >>> 0;
      expect(new DataView(frame.buffer, frame.length - 4).getUint32(0, true)).toBe(fcs);
      expect(fcsMatches(frame, frame.length)).toBe(true);
    }
  });
});

describe("frames as they are read", () => {
  it("gives back what was written", () => {
    const address = fc.uint8Array({ minLength: 8, maxLength: 8 });
    const payload = fc.uint8Array({ maxLength: 200 });
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        address,
        fc.option(address),
        byte,
        fc.integer({ min: 0, max: 0xffff }),
        payload,
        (...args) => {
          const [source, destination, sequence, pan, data] = args;
          const bytes = build(
            (writer) => writeDataHeader(writer, sequence, pan, destination ?? undefined, source),
            data,
          );
          const frame = new MacFrame();
          expect(frame.parse(bytes, bytes.length)).toBe(Cause.ok);
          expect(frame).toMatchObject({ type: FrameType.data, sequence, destinationPan: pan, sourcePan: -1 });
          expect(frame.broadcast).toBe(destination === null);
          expect(frame.ackRequest).toBe(destination !== null);
          expect(frame.source).toEqual(source);
          if (destination !== null) expect(frame.destination).toEqual(destination);
          expect(bytes.slice(frame.payloadOffset, frame.payloadOffset + frame.payloadLength)).toEqual(data);
        },
      ),
    );
  });

  it("finds the PAN identifiers of each row of table 7-2", () => {
    const none = AddressMode.none;
    const short = AddressMode.short;
    const extended = AddressMode.extended;
    // Destination mode, source mode, PAN ID compression, then: is there a destination PAN, a source PAN?
    const rows = [
      [none, none, 0, false, false],
      [none, none, 1, true, false],
      [extended, none, 0, true, false],
      [short, none, 1, false, false],
      [none, extended, 0, false, true],
      [none, short, 1, false, false],
      [extended, extended, 0, true, false],
      [extended, extended, 1, false, false],
      [short, short, 0, true, true],
      [short, extended, 0, true, true],
      [extended, short, 0, true, true],
      [short, extended, 1, true, false],
      [extended, short, 1, true, false],
      [short, short, 1, true, false],
    ] as const;
    const addressBytes = { [none]: "", [short]: "3412", [extended]: "8877665544332211" };
    for (const [to, from, compression, toPan, fromPan] of rows) {
      const control = 1 | (compression << 6) | (to << 10) | (2 << 12) | (from << 14);
      const bytes =
        Buffer.from([control & 0xff, control >> 8, 7]).toString("hex") +
        (toPan ? "0100" : "") +
        addressBytes[to] +
        (fromPan ? "0200" : "") +
        addressBytes[from];
      const { cause, frame } = parse(`${bytes} ee`);
      expect(cause).toBe(Cause.ok);
      expect(frame).toMatchObject({
        destinationPan: toPan ? 1 : -1,
        sourcePan: fromPan ? 2 : -1,
        destinationMode: to,
        sourceMode: from,
        payloadLength: 1,
      });
      if (from === extended) expect(frame.source).toEqual(unhex("1122334455667788"));
      if (from === short) expect(frame.source.slice(0, 2)).toEqual(unhex("1234"));
    }
  });

  it("reads a frame without a sequence number", () => {
    const { cause, frame } = parse("21ed cdab 22000000c04d5702 11000000004d5702 01");
    expect(cause).toBe(Cause.ok);
    expect(frame).toMatchObject({ sequence: -1, destinationPan: PAN, payloadLength: 1 });
  });

  describe("with information elements", () => {
    const header = "21ee 5a cdab 22000000c04d5702 11000000004d5702";
    const rows = [
      // Header elements have their length in 7 bits, their identifier from bit 7 on (7.4.2.1).
      ["a header element of 2 bytes, then header termination 2", "8201 aabb 803f", 3],
      ["header termination 1, a payload element of 1 byte, payload termination", "003f 0188 cc 00f8", 3],
      ["payload elements up to the end", "003f 0288 ccdd", -3],
      ["header elements up to the end", "8000 8001", -3],
    ] as const;
    for (const [name, elements, payload] of rows) {
      it(`skips ${name}`, () => {
        const { cause, frame } = parse(
          payload > 0 ? `${header} ${elements} 010203` : `${header} ${elements}`,
        );
        expect(cause).toBe(Cause.ok);
        expect(frame.payloadLength).toBe(Math.max(0, payload));
      });
    }

    for (const [name, elements] of [
      ["an element longer than the frame", "8501 aabb"],
      ["a payload element among header elements", "0188 aa 803f"],
      ["a header element among payload elements", "003f 8101 aa"],
      ["half a descriptor", "82"],
    ] as const) {
      it(`refuses ${name}`, () => expect(parse(`${header} ${elements}`).cause).toBe(Cause.malformed));
    }
  });

  it("refuses what it does not understand, each for its cause", () => {
    const addresses = "5a cdab 22000000c04d5702 11000000004d5702";
    expect(parse("").cause).toBe(Cause.tooShort);
    expect(parse(`29ec ${addresses} 07 00000000 01 0000000000000000`).cause).toBe(Cause.security); // level 7
    expect(parse(`29ec ${addresses} 0e 00000000 01 00000000000000`).cause).toBe(Cause.malformed); // cut tag
    expect(parse(`20ec ${addresses}`).cause).toBe(Cause.unsupported); // beacon
    expect(parse(`23ec ${addresses}`).cause).toBe(Cause.unsupported); // MAC command
    expect(parse(`21cc ${addresses}`).cause).toBe(Cause.unsupported); // version 0
    expect(parse(`21dc ${addresses}`).cause).toBe(Cause.unsupported); // version 1
    expect(parse(`21fc ${addresses}`).cause).toBe(Cause.unsupported); // version 3
    expect(parse(`21e4 ${addresses}`).cause).toBe(Cause.malformed); // reserved address mode
    expect(parse(`21ec ${addresses.slice(0, -2)}`).cause).toBe(Cause.malformed);
  });

  it("never fails on any bytes", () => {
    const changed = fc
      .tuple(fc.constantFrom(unicast, broadcast, ack), fc.nat(2), fc.nat(255), fc.nat(30))
      .map(([frame, at, value, length]) => frame.with(at, value).slice(0, length));
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), changed), (bytes) => {
        const frame = new MacFrame();
        if (frame.parse(bytes, bytes.length) !== Cause.ok) return;
        taken++;
        expect(frame.payloadLength).toBeGreaterThanOrEqual(0);
        expect(frame.payloadOffset + frame.payloadLength).toBe(bytes.length - 4);
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it("finds every flipped bit in the FCS", () => {
    for (let bit = 0; bit < unicast.length * 8; bit++) {
      const flipped = unicast.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      expect(fcsMatches(flipped, flipped.length)).toBe(false);
    }
  });
});

describeWithTool("tshark", "frames judged by tshark", (tshark) => {
  const folder = mkdtempSync(join(tmpdir(), "wattmesh-frame-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("has the same addresses, sequence numbers and FCS", () => {
    const file = join(folder, "frames.pcap");
    const capture = new Capture(file, 0);
    // Without payloads, of which tshark would make guesses.
    const toOne = build((writer) => writeDataHeader(writer, 0x5a, PAN, B, A));
    const toAll = build((writer) => writeDataHeader(writer, 0xff, PAN, undefined, A));
    const wrong = toOne.slice();
    wrong[wrong.length - 1] ^= 1;
    const elements = build((writer) =>
      writer.copy(unhex("21ee5acdab22000000c04d570211000000004d5702803f"), 0, 23),
    );
    [toOne, toAll, ack, elements, wrong].forEach((frame) => capture.write(0, 0, frame, frame.length, -70));
    capture.close();
    const fields = ["frame_type", "seq_no", "dst_pan", "dst64", "dst16", "src64", "fcs_ok", "version"];
    const columns = fields.flatMap((field) => ["-e", `wpan.${field}`]);
    const args = ["-r", file, "-T", "fields", "-E", "separator=,", "-e", "_ws.malformed", ...columns];
    const run = spawnSync(tshark, args, { encoding: "utf8" });
    const a = "02:57:4d:00:00:00:00:11";
    const b = "02:57:4d:c0:00:00:00:22";
    expect(run.stdout.split("\n").slice(0, -1)).toEqual([
      `,0x0001,90,0xabcd,${b},,${a},1,2`,
      `,0x0001,255,0xabcd,,0xffff,${a},1,2`,
      `,0x0002,90,,${a},,${b},1,2`,
      `,0x0001,90,0xabcd,${b},,${a},1,2`,
      `,0x0001,90,0xabcd,${b},,${a},0,2`,
    ]);
  });
});

describe("causes", () => {
  it("have a count each", () => expect(CAUSES).toBe(Object.keys(Cause).length));
});
