import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import { DATA_ELEMENT_BYTES, Elements, MAX_ELEMENT_BYTES, WisunFrame } from "firmware/mesh/mac/elements";
import { SEQUENCE_ms } from "firmware/mesh/mac/schedule";

function written(set: (elements: Elements) => void): Uint8Array {
  const elements = new Elements();
  elements.frameType = WisunFrame.data;
  set(elements);
  const writer = new Writer(new Uint8Array(64));
  elements.write(writer);
  expect(writer.ok).toBe(true);
  return writer.bytes.slice(0, writer.at);
}

describe("information elements of a frame", () => {
  it("give back what was written, the place in the sequence to a millisecond", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(WisunFrame)),
        fc.nat(SEQUENCE_ms - 1),
        fc.option(fc.tuple(fc.nat(0xffffffff), fc.nat(1019), fc.nat(255))),
        fc.option(fc.nat(0xffffffff)),
        fc.boolean(),
        (frameType, sequence_ms, time, challenge, congested) => {
          const bytes = written((elements) => {
            elements.frameType = frameType;
            elements.sequence_ms = sequence_ms;
            elements.hasPanTime = time !== null;
            [elements.interval, elements.offset_ms, elements.age] = time ?? [0, 0, 0];
            elements.hasChallenge = challenge !== null;
            elements.challenge = challenge ?? 0;
            // Of acknowledgements alone, which carry nothing else.
            elements.congested = congested && time === null && challenge === null;
          });
          expect(bytes.length).toBeLessThanOrEqual(MAX_ELEMENT_BYTES);
          if (time !== null && challenge === null) expect(bytes.length).toBe(DATA_ELEMENT_BYTES);
          const read = new Elements();
          expect(read.read(new Reader(bytes))).toBe(true);
          expect(read).toMatchObject({
            frameType,
            hasPanTime: time !== null,
            hasChallenge: challenge !== null,
            congested: congested && time === null && challenge === null,
          });
          expect(Math.abs(read.sequence_ms - sequence_ms)).toBeLessThanOrEqual(1);
          if (time !== null) expect([read.interval, read.offset_ms, read.age]).toEqual(time);
          if (challenge !== null) expect(read.challenge).toBe(challenge);
        },
      ),
    );
  });

  it("stand as docs/mac.md has them", () => {
    const bytes = written((elements) => {
      elements.sequence_ms = SEQUENCE_ms / 2;
      elements.hasPanTime = true;
      elements.interval = 0x12345678;
      elements.offset_ms = 0x0102;
      elements.age = 9;
      elements.hasChallenge = true;
      elements.challenge = 0xa1b2c3d4;
    });
    expect(Buffer.from(bytes).toString("hex")).toBe(
      "0515" + "0104000080" + "0615" + "027856020100" + "0a00" + "4d5702" + "341209" + "d4c3b2a1" + "803f",
    );
  });

  it("of an acknowledgement say that its sender has little room, where no time is told too", () => {
    const bytes = written((elements) => {
      elements.frameType = -1;
      elements.congested = true;
    });
    expect(Buffer.from(bytes).toString("hex")).toBe("0400" + "4d5702" + "01" + "803f");
  });

  it("are read past what is not known, and never beyond their end", () => {
    const ours = written((elements) => (elements.sequence_ms = 5));
    const read = new Elements();
    // A vendor's element of another OUI, a Wi-SUN element that is none of ours, one of the standard's.
    const others = Buffer.from("0400aabbcc01" + "021504ff" + "0000" + "821f0102", "hex");
    expect(read.read(new Reader(Uint8Array.of(...others, ...ours)))).toBe(true);
    expect(read.frameType).toBe(WisunFrame.data);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const reader = new Reader(Uint8Array.of(...bytes, 1, 2, 3), 0, bytes.length);
        read.read(reader);
        expect(reader.at).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 3000 },
    );
  });
});
