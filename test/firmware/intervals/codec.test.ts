import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { Reader, Writer } from "firmware/codec/cursor";
import { ALL_CHANNELS, Block, BlockEncoder, DEFAULT_CHANNELS, decodeBlock } from "firmware/intervals/codec";
import type { IntervalSource } from "firmware/intervals/codec";
import { INTERVAL_CHANNELS, Interval, IntervalChannel, IntervalRecord } from "firmware/intervals/interval";
import { LoadProfileResource } from "firmware/intervals/resource";
import { cddl, decodeCbor } from "../../support/cddl";
import { exchange } from "../../support/exchange";

const MIDNIGHT_s = 1_772_323_200;
const isLp = cddl("lp");

/** Intervals in an array; undefined is one that does not read well. */
class Source implements IntervalSource {
  readonly cadence_s = 900;

  constructor(
    private readonly intervals: (Interval | undefined)[],
    readonly first = 1,
  ) {}

  get next(): number {
    return this.first + this.intervals.length;
  }

  read(sequence: number, into: Interval): boolean {
    const found = this.intervals[sequence - this.first];
    if (found === undefined) return false;
    Object.assign(into, { ...found, sequence, values: into.values });
    into.values.set(found.values);
    return true;
  }
}

interface Content {
  flags?: number;
  values?: readonly number[];
  closing?: readonly [number, number];
}

function make(index: number, { flags = 0, values = [], closing = [0, 0] }: Content): Interval {
  const interval = new Interval();
  interval.start_s = MIDNIGHT_s + index * 900;
  interval.flags = flags;
  interval.values.set(values);
  [interval.closingDelivered_mWh, interval.closingReceived_mWh] = closing;
  return interval;
}

function encode(
  source: IntervalSource,
  since = 0,
  most = Infinity,
  channels = DEFAULT_CHANNELS,
  room = 1024,
) {
  const w = new Writer(new Uint8Array(room));
  const count = new BlockEncoder(source).encode(w, since, most, channels);
  expect(w.ok).toBe(true);
  return { bytes: w.bytes.slice(0, w.length), count };
}

function decode(bytes: Uint8Array): Block {
  const block = new Block();
  expect(decodeBlock(new Reader(bytes), block)).toBe(true);
  return block;
}

const energy = fc.oneof(fc.nat(300_000), fc.nat(200), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const content = fc.record({
  flags: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 511 })),
  values: fc.tuple(
    fc.oneof(energy, fc.nat(2 ** 40 - 1)),
    fc.oneof(energy, fc.nat(2 ** 40 - 1)),
    ...Array.from({ length: 5 }, () => energy),
    fc.nat(65_535),
    fc.nat(65_535),
    fc.integer({ min: -32_768, max: 32_767 }),
  ),
  closing: fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()),
});
const contents = fc.array(content, { maxLength: 40 });

describe("a load profile block", () => {
  it("comes back as it was, and is of the form of its CDDL", () => {
    fc.assert(
      fc.property(
        contents,
        fc.nat(1e9),
        fc.integer({ min: 1, max: ALL_CHANNELS }),
        (list, first, channels) => {
          const source = new Source(
            list.map((content, i) => make(i, content)),
            first + 1,
          );
          const { bytes, count } = encode(source, 0, Infinity, channels, 4096);
          expect(count).toBe(list.length);
          expect(isLp("lp", decodeCbor(bytes))).toBe(true);
          const block = decode(bytes);
          expect([block.newest, block.count]).toEqual([source.next - 1, list.length]);
          if (list.length === 0) return;
          expect([block.first, block.start_s, block.cadence_s]).toEqual([first + 1, MIDNIGHT_s, 900]);
          expect(block.channels).toBe(channels);
          expect([block.closingDelivered_mWh, block.closingReceived_mWh]).toEqual(list.at(-1)!.closing);
          expect(block.flags).toEqual(list.map(({ flags }) => flags));
          for (let channel = 0; channel < INTERVAL_CHANNELS; channel++)
            expect(block.values[channel]).toEqual(
              ((channels >> channel) & 1) === 1 ? list.map(({ values }) => values[channel]) : [],
            );
        },
      ),
    );
  });

  it("takes as many intervals as there is room for, and never more", () => {
    fc.assert(
      fc.property(
        contents,
        fc.integer({ min: 50, max: 600 }),
        fc.integer({ min: 1, max: 50 }),
        (list, room, most) => {
          const source = new Source(list.map((content, i) => make(i, content)));
          const { bytes, count } = encode(source, 0, most, DEFAULT_CHANNELS, room + 16);
          expect(decode(bytes).values[0] ?? []).toEqual(list.slice(0, count).map(({ values }) => values[0]));
          if (count < Math.min(list.length, most)) {
            // One more would not have fitted, but for what the bound on the head gives away.
            const next = encode(source, 0, count + 1, DEFAULT_CHANNELS, 8192).bytes.length;
            expect(next).toBeGreaterThan(room + 16 - 40);
          }
        },
      ),
    );
  });

  it("starts after `since`, or at the oldest kept, or is empty", () => {
    const source = new Source(
      [0, 1, 2, 3].map((i) => make(i, {})),
      11,
    );
    const firstAndCount = (since: number): number[] => {
      const block = decode(encode(source, since).bytes);
      return [block.first, block.count];
    };
    expect(firstAndCount(0)).toEqual([11, 4]);
    expect(firstAndCount(10)).toEqual([11, 4]);
    expect(firstAndCount(12)).toEqual([13, 2]);
    for (const since of [14, 15, 2 ** 53 - 1]) {
      const { bytes } = encode(source, since);
      expect([...bytes]).toEqual([0x81, 14]);
      expect(decode(bytes)).toMatchObject({ newest: 14, count: 0 });
    }
    expect([...encode(new Source([])).bytes]).toEqual([0x81, 0]);
  });

  it("ends before a gap of time, and before an interval that does not read well", () => {
    const source = new Source([
      make(0, {}),
      make(1, {}),
      make(3, {}),
      undefined,
      undefined,
      make(6, {}),
      make(5, {}),
    ]);
    const blocks: number[][] = [];
    for (let since = 0; since < 7;) {
      const block = decode(encode(source, since).bytes);
      blocks.push([block.first, block.count, (block.start_s - MIDNIGHT_s) / 900]);
      since = block.first + block.count - 1;
    }
    expect(blocks).toEqual([
      [1, 2, 0],
      [3, 1, 3],
      [6, 1, 6],
      [7, 1, 5],
    ]);
  });

  it("is small: 16 intervals of two channels", () => {
    const of = (delivered: number, received: number, closing: [number, number]): number => {
      const list = Array.from({ length: 16 }, (_, i) =>
        make(i, { values: [delivered - i, received], closing }),
      );
      return encode(new Source(list, 60_000)).bytes.length;
    };
    const year: [number, number] = [12_000_000_000, 0];
    console.log(
      `block of 16: ${of(300_000, 0, year)} B with nothing received, ${of(300_000, 300_000, [2e10, 2e10])} B both ways`,
    );
    expect(of(300_000, 0, year)).toBeLessThanOrEqual(100);
    expect(of(300_000, 300_000, [2e10, 2e10])).toBeLessThanOrEqual(135);
  });

  it("is refused when cut, grown, or not in its one form; a flip never throws", () => {
    const list = Array.from({ length: 5 }, (_, i) =>
      make(i, { flags: i === 2 ? 3 : 0, values: [i * 1000, i] }),
    );
    const whole = encode(new Source(list)).bytes;
    const block = new Block();
    const reads = (bytes: Uint8Array): boolean => decodeBlock(new Reader(bytes), block);
    expect(reads(whole)).toBe(true);
    for (let length = 0; length < whole.length; length++) expect(reads(whole.slice(0, length))).toBe(false);
    for (let byte = 0; byte < 256; byte++) expect(reads(Uint8Array.of(...whole, byte))).toBe(false);
    for (let at = 0; at < whole.length; at++)
      for (let mask = 1; mask < 256; mask++) {
        const flipped = whole.map((byte, i) => (i === at ? byte ^ mask : byte));
        // What is still read must be of the form too.
        if (reads(flipped))
          expect(block.values.every((column) => [0, block.count].includes(column.length))).toBe(true);
      }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void reads(bytes)));
  });

  it("has payloads that its CDDL would refuse with one thing wrong", () => {
    const list = [make(0, { flags: 8, values: [5, 6] }), make(1, {})];
    const good = decodeCbor(encode(new Source(list)).bytes) as unknown[];
    expect(isLp("lp", good)).toBe(true);
    const change = (at: number, value: unknown): unknown[] =>
      good.map((item, i) => (i === at ? value : item));
    for (const [at, value] of [
      [0, -1],
      [1, 2 ** 32],
      [2, "0"],
      [3, 59],
      [4, 0],
      [4, 1024],
      [5, -1],
      [6, null],
      [7, []],
      [7, new Map([[0, 0]])],
      [7, new Map([[-1, 8]])],
      [7, new Map([[0, 512]])],
      [8, [5]],
    ] as [number, unknown][])
      expect(isLp("lp", change(at, value)), `${at} ${String(value)}`).toBe(false);
    expect(isLp("lp", good.slice(0, 8))).toBe(false);
    expect(isLp("lp", [])).toBe(false);
    expect(isLp("lp", [...good, ...Array.from({ length: 9 }, () => new Uint8Array(1))])).toBe(false);
  });
});

describe("an interval's flash record", () => {
  it("keeps all of it", () => {
    fc.assert(
      fc.property(content, (content) => {
        const record = new IntervalRecord();
        const interval = make(3, content);
        record.encode(interval);
        const again = new Interval();
        record.decode(again);
        expect(again).toEqual(interval);
      }),
    );
  });
});

describe("/lp", () => {
  const source = new Source(
    Array.from({ length: 200 }, (_, i) => make(i, { values: [i, 0, 1, 2, 3, 4, 5, 2400, 2410, -i] })),
  );
  const resource = new LoadProfileResource(source);
  const get = (query: Record<string, number>, room = 2048): Block => {
    const { code, body, ok } = exchange(resource, "get", { query, room });
    expect([code, ok]).toEqual([Code.content, true]);
    expect(isLp("lp", decodeCbor(body))).toBe(true);
    return decode(body);
  };

  it("answers as its queries ask", () => {
    expect(get({}).count).toBe(200);
    expect(get({})).toMatchObject({ first: 1, channels: DEFAULT_CHANNELS });
    expect(get({ since: 184 })).toMatchObject({ first: 185, count: 16, newest: 200 });
    expect(get({ since: 10, n: 4 })).toMatchObject({ first: 11, count: 4, newest: 200 });
    expect(get({ since: 10, n: 1, ch: 1 << IntervalChannel.temperature }).values[9]).toEqual([-10]);
  });

  it("bounds a large n by the room that there is", () => {
    const { count } = get({ n: 2 ** 53 - 1, ch: ALL_CHANNELS }, 300);
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(30);
  });

  it("refuses queries that make no sense", () => {
    for (const query of [{ since: NaN }, { n: NaN }, { n: 0 }, { ch: 0 }, { ch: 1024 }, { ch: NaN }])
      expect(exchange(resource, "get", { query }).code).toBe(Code.badRequest);
  });

  it("says when there is no room for a single interval", () => {
    for (let room = 0; room < 45; room++) expect(exchange(resource, "get", { room }).ok).toBe(false);
  });
});
