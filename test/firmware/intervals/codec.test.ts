import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "firmware/codec/cursor";
import { ALL_CHANNELS, Block, decodeBlock } from "firmware/intervals/codec";
import { INTERVAL_CHANNELS, IntervalChannel } from "firmware/intervals/interval";
import { CADENCE_s, Source, decode, encode, household } from "../../support/blocks";
import { cddl, decodeCbor } from "../../support/cddl";

const isLp = cddl("lp");

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
