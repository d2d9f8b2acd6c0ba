import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { Reader } from "firmware/codec/cursor";
import { ALL_CHANNELS, Block, BlockEncoder, DEFAULT_CHANNELS, decodeBlock } from "firmware/intervals/codec";
import type { IntervalSource } from "firmware/intervals/codec";
import { IntervalChannel } from "firmware/intervals/interval";
import { GeneralConfiguration } from "firmware/configuration/general";
import { LoadProfileResource } from "firmware/intervals/resource";
import { Source, decode, encode, household, type Asked } from "../../support/blocks";
import { cddl, decodeCbor } from "../../support/cddl";
import { exchange } from "../../support/exchange";

const isLp = cddl("lp");

describe("the vectors of its specification", () => {
  const energies = [250_400, 251_000, 249_900, 0, 1_300_250];
  const source = new Source(
    energies.map((delivered, i) => ({ values: [delivered, 0], flags: i === 3 ? 4 : 0 })),
    1,
    [12_345_678, 0],
  );
  const document = readFileSync(new URL("../../../docs/interval-codec.md", import.meta.url), "utf8");

  it.each<[Asked, string]>([
    [{}, "8905011a69a3850419038403030500556184d98945298f7266ddbd8c468159345720593eb8"],
    [{ since: 3, held: 3 }, "8905041a69a38f90190384030302034c2795e21b2e58f9c51f577222"],
    [{ most: 2, channels: 1, scale: 0 }, "8905011a69a38504190384010002004e6184d9898b342aa174c28ea4b61b"],
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

  it("is the same, to the byte, whatever was asked before", () => {
    const long = household(900);
    const changed = new Source(long);
    changed.at(400).start_s++;
    const asked = fc.record({
      since: fc.integer({ min: 0, max: 899 }),
      most: fc.integer({ min: 1, max: 20 }),
      channels: fc.constantFrom(1, 2, 3, 0b10000001),
      scale: fc.integer({ min: 2, max: 3 }),
      held: fc.constantFrom(0, 5, 100, 671, 672, 800),
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 8 }), (list) => {
        const encoder = new BlockEncoder(changed);
        for (const one of list) {
          const bytes = encode(changed, one, encoder);
          expect(bytes).toEqual(encode(changed, one));
          expect(decode(bytes, changed).count).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("takes no second reading of the log for what the one before was primed on", () => {
    const source = new Source(household(900));
    const encoder = new BlockEncoder(source);
    encode(source, { since: 868, most: 16, held: 672 }, encoder);
    const before = source.reads;
    encode(source, { since: 884, most: 16, held: 672 }, encoder);
    expect(source.reads - before).toBeLessThan(40);
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
  const configuration = new GeneralConfiguration();
  const resource = new LoadProfileResource(source, configuration);
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

  it("sends the channels that are configured, and active energy, where none are asked for", () => {
    configuration.channels = 1 << IntervalChannel.temperature;
    expect(get({ n: 1 }).channels).toBe(DEFAULT_CHANNELS | (1 << IntervalChannel.temperature));
    expect(get({ n: 1, ch: 1 }).channels).toBe(1);
    configuration.channels = DEFAULT_CHANNELS;
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
