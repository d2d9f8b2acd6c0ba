import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { Reader, Writer } from "firmware/codec/cursor";
import { ALL_CHANNELS, Block, BlockEncoder, DEFAULT_CHANNELS, decodeBlock } from "firmware/intervals/codec";
import type { IntervalSource } from "firmware/intervals/codec";
import { INTERVAL_CHANNELS, Interval, IntervalChannel } from "firmware/intervals/interval";
import { LoadProfileResource } from "firmware/intervals/resource";
import { cddl, decodeCbor } from "../../support/cddl";
import { exchange } from "../../support/exchange";

const MIDNIGHT_s = 1_772_323_200;
const CADENCE_s = 900;
const isLp = cddl("lp");

/** What stands in an interval; an undefined one does not read well. */
interface Content {
  flags?: number;
  values?: readonly number[];
}

/** Intervals in an array, with registers that go on from one to the next. */
class Source implements IntervalSource {
  readonly cadence_s = CADENCE_s;
  reads = 0;
  readonly #intervals: (Interval | undefined)[] = [];

  constructor(
    contents: readonly (Content | undefined)[],
    readonly first = 1,
    registers: readonly [number, number] = [0, 0],
  ) {
    let [delivered, received] = registers;
    for (const [index, content] of contents.entries()) {
      const interval = new Interval();
      interval.sequence = first + index;
      interval.start_s = MIDNIGHT_s + (first + index) * CADENCE_s;
      interval.flags = content?.flags ?? 0;
      interval.values.set(content?.values ?? []);
      interval.closingDelivered_mWh = delivered += interval.values[0];
      interval.closingReceived_mWh = received += interval.values[1];
      this.#intervals.push(content && interval);
    }
  }

  get next(): number {
    return this.first + this.#intervals.length;
  }

  at(sequence: number): Interval {
    return this.#intervals[sequence - this.first]!;
  }

  read(sequence: number, into: Interval): boolean {
    this.reads++;
    const found = this.#intervals[sequence - this.first];
    if (found === undefined) return false;
    Object.assign(into, { ...found, values: into.values });
    into.values.set(found.values);
    return true;
  }
}

interface Asked {
  since?: number;
  most?: number;
  channels?: number;
  scale?: number;
  held?: number;
  room?: number;
}

function encode(source: IntervalSource, asked: Asked = {}): Uint8Array {
  const { since = 0, most = Infinity, channels = DEFAULT_CHANNELS, scale = 3, held = 0, room = 4096 } = asked;
  const w = new Writer(new Uint8Array(room));
  new BlockEncoder(source).encode(w, since, most, channels, scale, held);
  expect(w.ok).toBe(true);
  return w.bytes.slice(0, w.length);
}

function decode(bytes: Uint8Array, held?: IntervalSource): Block {
  const block = new Block();
  expect(decodeBlock(new Reader(bytes), block, held)).toBe(true);
  return block;
}

const energy = fc.oneof(fc.nat(300_000), fc.nat(200), fc.constant(0), fc.nat(2 ** 32 - 1));
const content = fc.record({
  flags: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 0xffff })),
  values: fc.tuple(
    fc.oneof(energy, fc.nat(2 ** 40 - 1)),
    fc.oneof(energy, fc.nat(2 ** 40 - 1)),
    ...Array.from({ length: 5 }, () => energy),
    fc.nat(65_535),
    fc.nat(65_535),
    fc.integer({ min: -32_768, max: 32_767 }),
  ),
});
const contents = fc.array(content, { minLength: 1, maxLength: 34 });
const register = fc.oneof(fc.nat(10_000), fc.nat(2 ** 52));

/** Energies of a household, mWh, with the ups and downs of every day. */
function household(count: number, seed = 1): Content[] {
  let word = seed;
  return Array.from({ length: count }, (_, i) => {
    word = (Math.imul(word, 1_103_515_245) + 12_345) >>> 0;
    const evening = i % 96 > 70 ? 3 : 1;
    return { values: [Math.floor((40_000 + (word >>> 15)) * evening), 0] };
  });
}

describe("a load profile block", () => {
  it("at mWh comes back as it was, and is of the form of its CDDL", () => {
    fc.assert(
      fc.property(
        contents,
        fc.nat(2e6),
        fc.tuple(register, register),
        fc.integer({ min: 1, max: ALL_CHANNELS }),
        (list, first, registers, channels) => {
          const source = new Source(list, first + 1, registers);
          const bytes = encode(source, { channels, scale: 0 });
          expect(isLp("lp", decodeCbor(bytes))).toBe(true);
          const block = decode(bytes);
          expect([block.newest, block.count]).toEqual([source.next - 1, list.length]);
          expect([block.first, block.cadence_s, block.channels]).toEqual([first + 1, CADENCE_s, channels]);
          expect(block.start_s).toBe(source.at(first + 1).start_s);
          expect(block.flags).toEqual(list.map(({ flags }) => flags));
          for (let channel = 0; channel < INTERVAL_CHANNELS; channel++)
            expect(block.values[channel]).toEqual(
              ((channels >> channel) & 1) === 1 ? list.map(({ values }) => values[channel]) : [],
            );
        },
      ),
    );
  });

  it("at any scale adds up to the registers to the mWh, each boundary rounded down to the unit", () => {
    fc.assert(
      fc.property(
        contents,
        fc.tuple(register, register),
        fc.integer({ min: 0, max: 4 }),
        (list, registers, scale) => {
          const source = new Source(list, 1, registers);
          const block = decode(encode(source, { scale, channels: ALL_CHANNELS }));
          const last = source.at(list.length);
          expect([block.openingDelivered_mWh, block.openingReceived_mWh]).toEqual(registers);
          expect(block.closingDelivered_mWh).toBe(last.closingDelivered_mWh);
          expect(block.closingReceived_mWh).toBe(last.closingReceived_mWh);
          const unit = 10 ** scale;
          for (let channel = 0; channel <= IntervalChannel.apparent; channel++) {
            let [told, true_] = [registers[channel] ?? 0, registers[channel] ?? 0];
            for (let i = 0; i < list.length; i++) {
              told += block.values[channel][i];
              true_ += list[i].values[channel];
              const rounded = Math.max(registers[channel] ?? 0, true_ - (true_ % unit));
              expect(told).toBe(i === list.length - 1 ? true_ : rounded);
            }
          }
          for (let channel = IntervalChannel.minimumVoltage; channel < INTERVAL_CHANNELS; channel++)
            expect(block.values[channel]).toEqual(list.map(({ values }) => values[channel]));
        },
      ),
    );
  });

  it("takes as many intervals as there is room for, and never more", () => {
    fc.assert(
      fc.property(contents, fc.integer({ min: 60, max: 600 }), (list, room) => {
        const source = new Source(list);
        const block = decode(encode(source, { scale: 0, room }));
        expect(block.values[0]).toEqual(list.slice(0, block.count).map(({ values }) => values[0]));
        if (block.count < list.length)
          expect(encode(source, { scale: 0, most: 2 * block.count + 1 }).length).toBeGreaterThan(room - 3);
      }),
    );
  });

  it("holds a day of any channels that matter, and reads each interval twice at most", () => {
    const source = new Source(household(500));
    expect(decode(encode(source)).count).toBe(128);
    expect(source.reads).toBeLessThanOrEqual(130);
    expect(decode(encode(source, { channels: ALL_CHANNELS })).count).toBe(34);
    source.reads = 0;
    const primed = encode(source, { since: 400, most: 16, held: 192 });
    expect(source.reads).toBeLessThanOrEqual(192 + 17);
    expect(decode(primed, source).primed).toBe(192);
  });

  it("starts after `since`, or at the oldest kept, or is empty", () => {
    const source = new Source([{}, {}, {}, {}], 11);
    const firstAndCount = (since: number): number[] => {
      const block = decode(encode(source, { since }));
      return [block.first, block.count];
    };
    expect(firstAndCount(0)).toEqual([11, 4]);
    expect(firstAndCount(10)).toEqual([11, 4]);
    expect(firstAndCount(12)).toEqual([13, 2]);
    for (const since of [14, 15, 2 ** 53 - 1]) {
      const bytes = encode(source, { since });
      expect([...bytes]).toEqual([0x81, 14]);
      expect(decode(bytes)).toMatchObject({ newest: 14, count: 0 });
    }
    expect([...encode(new Source([]))]).toEqual([0x81, 0]);
  });

  it("ends before a gap of time, a register that does not go on, and an interval that does not read well", () => {
    const source = new Source([{}, {}, {}, undefined, undefined, {}, {}, {}]);
    for (let sequence = 3; sequence <= 3; sequence++) source.at(sequence).start_s += CADENCE_s;
    source.at(7).closingDelivered_mWh += 1;
    const blocks: number[][] = [];
    for (let since = 0; since < 8;) {
      const block = decode(encode(source, { since }));
      blocks.push([block.first, block.count]);
      since = block.first + block.count - 1;
    }
    expect(blocks).toEqual([
      [1, 2],
      [3, 1],
      [6, 1],
      [7, 1],
      [8, 1],
    ]);
  });

  it("is small: 16 intervals of two channels, and next to nothing for a channel of zeros", () => {
    const source = new Source(household(1000), 60_000, [12_000_000_000, 0]);
    const at = { since: 60_499, most: 16 };
    const sizes = {
      alone: encode(source, at).length,
      primed: encode(source, { ...at, held: 192 }).length,
      delivered: encode(source, { ...at, held: 192, channels: 1 }).length,
      inMilliwattHours: encode(source, { ...at, held: 192, scale: 0 }).length,
    };
    console.log(`block of 16, B: ${JSON.stringify(sizes)}`);
    expect(sizes.alone).toBeLessThanOrEqual(62);
    expect(sizes.primed).toBeLessThanOrEqual(52);
    // Received, all 0: a remainder of 10 bits, and a bit or so for the column.
    expect(sizes.primed - sizes.delivered).toBeLessThanOrEqual(2);
    const zeros = (most: number): number => encode(source, { most, channels: 1 << 2 }).length;
    expect(zeros(128) - zeros(16)).toBeLessThanOrEqual(2);
  });

  it("is refused when cut, grown or flipped, and when its bytes are noise", () => {
    const source = new Source(household(40).map((one, i) => ({ ...one, flags: i === 30 ? 3 : 0 })));
    const block = new Block();
    const reads = (bytes: Uint8Array): boolean => decodeBlock(new Reader(bytes), block, source);
    for (const held of [0, 24]) {
      const whole = encode(source, { since: 24, held });
      expect(reads(whole)).toBe(true);
      for (let length = 0; length < whole.length; length++) expect(reads(whole.slice(0, length))).toBe(false);
      for (let byte = 0; byte < 256; byte++) expect(reads(Uint8Array.of(...whole, byte))).toBe(false);
      // A body one byte longer, its head too.
      const grown = Uint8Array.of(...whole, 0);
      const head = whole.lastIndexOf(0x58);
      grown[head + 1]++;
      expect(reads(grown)).toBe(false);
      const told = structuredClone(decode(whole, source));
      for (let at = 0; at < whole.length; at++)
        for (let bit = 0; bit < 8; bit++) {
          const flipped = whole.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte));
          // The last bits may be of no account to the range coder: then it is the same block.
          if (reads(flipped)) expect([at, structuredClone(block)]).toEqual([whole.length - 1, told]);
        }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void reads(bytes)));
    const head = [0x89, 20, 1, 0x1a, 0x69, 0xa0, 0, 0, 0x19, 3, 0x84, 3, 3, 16, 0, 0x58, 40];
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 40, maxLength: 40 }),
        (body) => !reads(Uint8Array.of(...head, ...body)),
      ),
    );
  });

  it("has payloads that its CDDL would refuse with one thing wrong", () => {
    const good = decodeCbor(encode(new Source(household(3)))) as unknown[];
    expect(isLp("lp", good)).toBe(true);
    for (const [at, value] of [
      [0, -1],
      [1, 2 ** 32],
      [2, "0"],
      [3, 59],
      [4, 0],
      [4, 1024],
      [5, 5],
      [6, 0],
      [6, 193],
      [7, 673],
      [8, [5]],
    ] as [number, unknown][])
      expect(
        isLp(
          "lp",
          good.map((item, i) => (i === at ? value : item)),
        ),
        `${at} ${String(value)}`,
      ).toBe(false);
    expect(isLp("lp", good.slice(0, 8))).toBe(false);
    expect(isLp("lp", [])).toBe(false);
    expect(isLp("lp", [...good, 0])).toBe(false);
  });
});

describe("the vectors of its specification", () => {
  const energies = [250_400, 251_000, 249_900, 0, 1_300_250];
  const source = new Source(
    energies.map((delivered, i) => ({ values: [delivered, 0], flags: i === 3 ? 4 : 0 })),
    1,
    [12_345_678, 0],
  );
  const document = readFileSync(new URL("../../../docs/interval-codec.md", import.meta.url), "utf8");

  it.each<[Asked, string]>([
    [{}, "8905011a69a3850419038403030500546184d98945322e9fc8b252760aa6dd53a047beeb"],
    [{ since: 3, held: 3 }, "8905041a69a38f90190384030302034c22ece25766f14b0db5ec78d0"],
    [{ most: 2, channels: 1, scale: 0 }, "8905011a69a38504190384010002004d6184d9898cd75a86173b015197"],
  ])("are what it writes: %j", (asked, hex) => {
    const bytes = encode(source, asked);
    expect(Buffer.from(bytes).toString("hex")).toBe(hex);
    expect(document).toContain(hex);
    expect(decode(bytes, source).closingDelivered_mWh).toBe(
      12_345_678 + energies.slice(0, asked.most).reduce((a, b) => a + b),
    );
  });
});

describe("a primed block", () => {
  const list = household(300);
  const source = new Source(list);
  const primed = encode(source, { since: 284, held: 192 });

  it("reads with what the reader holds, though that was read at another time and in other blocks", () => {
    const alone = decode(encode(source, { since: 284 }));
    const block = decode(primed, source);
    expect(block).toEqual(Object.assign(alone, { primed: 192 }));
    // The reader knows those between the ends of its blocks to the watt-hour.
    const parts = [decode(encode(source, { most: 100 })), decode(encode(source, { since: 100, most: 100 }))];
    parts.push(decode(encode(source, { since: 200, most: 84 })));
    const held = new Source(
      parts.flatMap(({ values }) => values[0].map((value) => ({ values: [value, 0] }))),
    );
    expect(decode(primed, held)).toEqual(block);
  });

  it("is never misread by a reader that holds other intervals, or none", () => {
    const reads = (held?: IntervalSource): boolean => decodeBlock(new Reader(primed), new Block(), held);
    expect(reads()).toBe(false);
    expect(reads(new Source([]))).toBe(false);
    expect(reads(new Source(list.slice(100, 284), 101))).toBe(false);
    for (let sequence = 93; sequence <= 284; sequence++) {
      const other = list.map((one, i) => (i === sequence - 1 ? { values: [one.values![0] + 1000, 0] } : one));
      expect(reads(new Source(other)), `interval ${sequence}`).toBe(false);
    }
    const shifted = new Source(list);
    shifted.at(200).start_s += 1;
    expect(reads(shifted)).toBe(false);
  });

  it("is primed on no more than goes on without a gap in number, time and registers", () => {
    const primedOn = (change: (source: Source) => void, since = 284, contents = list): number => {
      const changed = new Source(contents);
      change(changed);
      const bytes = encode(changed, { since, held: 192 });
      return (decodeCbor(bytes) as number[])[7];
    };
    expect(primedOn(() => {})).toBe(192);
    expect(primedOn(() => {}, 10)).toBe(10);
    expect(primedOn((s) => s.at(200).start_s++)).toBe(84);
    expect(primedOn((s) => s.at(200).closingDelivered_mWh++)).toBe(84);
    expect(primedOn((s) => s.at(284).closingDelivered_mWh++)).toBe(0);
    expect(encode(new Source(list.slice(200), 201), { since: 10, held: 10 })[0]).toBe(0x89);
  });
});

describe("/lp", () => {
  const source = new Source(
    Array.from({ length: 200 }, (_, i) => ({ values: [i * 1000, 0, 1, 2, 3, 4, 5, 2400, 2410, -i] })),
  );
  const resource = new LoadProfileResource(source);
  const get = (query: Record<string, number>, room = 2048): Block => {
    const { code, body, ok } = exchange(resource, "get", { query, room });
    expect([code, ok]).toEqual([Code.content, true]);
    expect(isLp("lp", decodeCbor(body))).toBe(true);
    return decode(body, source);
  };

  it("answers as its queries ask", () => {
    expect(get({})).toMatchObject({ first: 1, count: 128, channels: DEFAULT_CHANNELS, scale: 3, primed: 0 });
    expect(get({ since: 184 })).toMatchObject({ first: 185, count: 16, newest: 200 });
    expect(get({ since: 10, n: 4 })).toMatchObject({ first: 11, count: 4, newest: 200 });
    expect(get({ since: 10, n: 4, scale: 0, p: 8 })).toMatchObject({ scale: 0, primed: 8 });
    expect(get({ since: 10, n: 1, ch: 1 << IntervalChannel.temperature }).values[9]).toEqual([-10]);
  });

  it("bounds a large n, and a large p", () => {
    expect(get({ n: 2 ** 53 - 1, ch: ALL_CHANNELS }, 300).count).toBeGreaterThan(10);
    expect(get({ since: 190, p: 2 ** 53 - 1 }).primed).toBe(190);
  });

  it("refuses queries that make no sense", () => {
    for (const query of [{ since: NaN }, { n: NaN }, { n: 0 }, { ch: 0 }, { ch: 1024 }, { ch: NaN }])
      expect(exchange(resource, "get", { query }).code).toBe(Code.badRequest);
    for (const query of [{ scale: 5 }, { scale: NaN }, { p: NaN }])
      expect(exchange(resource, "get", { query }).code).toBe(Code.badRequest);
  });

  it("says when there is no room for a single interval", () => {
    for (let room = 0; room < 26; room++) expect(exchange(resource, "get", { room }).ok).toBe(false);
  });
});
