import { generate, parse } from "coap-packet";
import fc from "fast-check";
import {
  Message,
  MessageBuilder,
  OptionCursor,
  OptionNumber,
  ParseResult,
  Type,
} from "firmware/coap/message";
import { describe, expect, it } from "vitest";
import { ascii } from "./network";
import { hex, unhex } from "../../support/hex";

interface Plain {
  type: number;
  code: number;
  id: number;
  token: Uint8Array;
  options: { number: number; value: Uint8Array }[];
  payload: Uint8Array;
}

const octets = (maxLength: number) => fc.uint8Array({ maxLength });

const messages: fc.Arbitrary<Plain> = fc.record({
  type: fc.integer({ min: 0, max: 3 }),
  // An empty message has none of the rest.
  code: fc.integer({ min: 1, max: 255 }),
  id: fc.integer({ min: 0, max: 65535 }),
  token: octets(8),
  options: fc
    .array(
      fc.record({
        number: fc.oneof(
          fc.integer({ min: 1, max: 65535 }),
          fc.constantFrom(1, 12, 13, 14, 268, 269, 270, 65535),
        ),
        value: fc.oneof(
          octets(20),
          fc.constantFrom(12, 13, 14, 268, 269, 300).map((n) => new Uint8Array(n).fill(n)),
        ),
      }),
      { maxLength: 8 },
    )
    .map((options) => options.sort((a, b) => a.number - b.number)),
  payload: octets(40),
});

function build(plain: Plain): Uint8Array {
  const builder = new MessageBuilder(4096);
  builder.start(plain.type, plain.code, plain.id, plain.token, 0, plain.token.length);
  for (const { number, value } of plain.options) builder.option(number, value, 0, value.length);
  builder.payload(plain.payload, 0, plain.payload.length);
  expect(builder.ok).toBe(true);
  return builder.bytes.slice(0, builder.length);
}

function read(bytes: Uint8Array): Plain {
  const offset = 7;
  const buffer = new Uint8Array(bytes.length + offset + 2).fill(0xaa);
  buffer.set(bytes, offset);
  const message = new Message();
  expect(message.parse(buffer, offset, bytes.length)).toBe(ParseResult.ok);
  const options = [];
  const cursor = new OptionCursor();
  cursor.start(message);
  while (cursor.next()) {
    options.push({ number: cursor.number, value: buffer.slice(cursor.at, cursor.at + cursor.length) });
  }
  return {
    type: message.type,
    code: message.code,
    id: message.id,
    token: buffer.slice(message.tokenAt, message.tokenAt + message.tokenLength),
    options,
    payload: buffer.slice(message.payloadAt, message.payloadAt + message.payloadLength),
  };
}

function result(text: string): number {
  const bytes = unhex(text);
  return new Message().parse(bytes, 0, bytes.length);
}

describe("messages", () => {
  it("are what coap-packet writes and reads", () => {
    fc.assert(
      fc.property(messages, (plain) => {
        const theirs = generate(
          {
            code: `${plain.code >> 5}.${String(plain.code & 31).padStart(2, "0")}`,
            confirmable: plain.type === Type.confirmable,
            ack: plain.type === Type.acknowledgement,
            reset: plain.type === Type.reset,
            messageId: plain.id,
            token: Buffer.from(plain.token),
            options: plain.options.map(({ number, value }) => ({
              name: number,
              value: Buffer.from(value),
            })),
            payload: Buffer.from(plain.payload),
          },
          65536,
        );
        const ours = build(plain);
        expect(hex(ours)).toBe(theirs.toString("hex"));
        expect(read(ours)).toEqual(plain);
        const parsed = parse(Buffer.from(ours));
        expect(parsed.options.length).toBe(plain.options.length);
        expect(hex(parsed.payload)).toBe(hex(plain.payload));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  // RFC 7252, appendix A: figures 16, 17 and 21, as bytes.
  it("are those of RFC 7252, appendix A", () => {
    const builder = new MessageBuilder(64);
    const made = (): string => hex(builder.bytes.subarray(0, builder.length));
    builder.start(Type.confirmable, 0x01, 0x7d34, new Uint8Array(0), 0, 0);
    builder.path("temperature");
    expect(made()).toBe("40017d34bb" + hex(ascii("temperature")));
    builder.start(Type.acknowledgement, 0x45, 0x7d34, new Uint8Array(0), 0, 0);
    builder.payload(ascii("22.3 C"), 0, 6);
    expect(made()).toBe("60457d34ff" + hex(ascii("22.3 C")));
    builder.start(Type.confirmable, 0x01, 0x7d35, unhex("20"), 0, 1);
    builder.path("temperature");
    expect(made()).toBe("41017d3520bb" + hex(ascii("temperature")));
    builder.startEmpty(Type.acknowledgement, 0x7d38);
    expect(made()).toBe("60007d38");
  });

  it("write integers in the fewest bytes (RFC 7252, section 3.2)", () => {
    for (const [value, text] of [
      [0, "c0"],
      [1, "c101"],
      [255, "c1ff"],
      [256, "c20100"],
      [0xffffff, "c3ffffff"],
      [0xffffffff, "c4ffffffff"],
    ] as const) {
      const builder = new MessageBuilder(16);
      builder.start(0, 1, 0, new Uint8Array(0), 0, 0);
      builder.uintOption(OptionNumber.contentFormat, value);
      expect(hex(builder.bytes.subarray(4, builder.length))).toBe(text);
      const message = new Message();
      message.parse(builder.bytes, 0, builder.length);
      const cursor = new OptionCursor();
      cursor.start(message);
      cursor.next();
      expect(cursor.uint()).toBe(value);
    }
  });

  it("split paths and queries into their options", () => {
    const builder = new MessageBuilder(64);
    builder.start(0, 1, 0, new Uint8Array(0), 0, 0);
    builder.path(".well-known/core");
    builder.textOptions(OptionNumber.uriQuery, "a=1&b=2", 0x26);
    expect(read(builder.bytes.slice(0, builder.length)).options).toEqual([
      { number: 11, value: ascii(".well-known") },
      { number: 11, value: ascii("core") },
      { number: 15, value: ascii("a=1") },
      { number: 15, value: ascii("b=2") },
    ]);
  });

  it("do not overflow the buffer, nor take options out of order", () => {
    const builder = new MessageBuilder(8);
    builder.start(0, 1, 0, new Uint8Array(0), 0, 0);
    builder.path("temperature");
    expect(builder.ok).toBe(false);
    builder.start(0, 1, 0, new Uint8Array(0), 0, 0);
    builder.uintOption(OptionNumber.accept, 0);
    builder.uintOption(OptionNumber.etag, 0);
    expect(builder.ok).toBe(false);
    builder.startEmpty(0, 1);
    expect(builder.ok).toBe(true);
  });

  it("are refused where they are malformed (RFC 7252, sections 3 and 4.1)", () => {
    expect(result("")).toBe(ParseResult.tooShort);
    expect(result("400100")).toBe(ParseResult.tooShort);
    for (const version of ["0", "8", "c"]) expect(result(`${version}0010001`)).toBe(ParseResult.version);
    const format = {
      "token length 9": "49010001 010203040506070809",
      "token length 15": "4f010001 0102030405060708090a0b0c0d0e0f",
      "token cut off": "44010001 010203",
      "delta 15": "40010001 f1 00",
      "length 15": "40010001 1f 00",
      "delta extension cut off": "40010001 e0 01",
      "length extension cut off": "40010001 1d",
      "value cut off": "40010001 b3 7265",
      "option number above 65535": "40010001 e0 ffff 00",
      "marker without payload": "40010001 ff",
      "empty with a token": "41000001 01",
      "empty with a token length": "41000001",
      "empty with a payload": "40000001 ff 01",
    };
    for (const [cause, text] of Object.entries(format)) expect(result(text), cause).toBe(ParseResult.format);
    expect(result("40010001 e0 fef2")).toBe(ParseResult.ok);
    expect(result("40000001")).toBe(ParseResult.ok);
  });

  it("of any bytes are read without harm", () => {
    fc.assert(
      fc.property(octets(64), (bytes) => {
        const message = new Message();
        const outcome = message.parse(bytes, 0, bytes.length);
        if (outcome !== ParseResult.ok) return;
        expect(message.payloadAt + message.payloadLength).toBeLessThanOrEqual(bytes.length);
        expect(message.optionsEnd).toBeLessThanOrEqual(bytes.length);
      }),
      { seed: 2, numRuns: 5000 },
    );
  });
});
