import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import { RangeDecoder, RangeEncoder } from "firmware/codec/range-coder";

/** A symbol by its place in its total, which may take nearly all of it, or raw bits. */
const symbol = fc.tuple(fc.integer({ min: 1, max: 0x10000 }), fc.nat(), fc.nat()).map(([total, a, b]) => {
  const below = a % total;
  return { below, frequency: 1 + (b % (total - below)), total };
});
const raw = fc
  .integer({ min: 0, max: 53 })
  .chain((count) => fc.record({ count: fc.constant(count), value: fc.maxSafeNat() }))
  .map(({ count, value }) => ({ count, value: value % 2 ** count }));
const message = fc.array(fc.oneof(symbol, raw), { maxLength: 200 });

function write(
  items: readonly (typeof message extends fc.Arbitrary<infer T> ? T : never)[number][],
): Uint8Array {
  const w = new Writer(new Uint8Array(4096), 7);
  const encoder = new RangeEncoder(w);
  for (const item of items) {
    if ("total" in item) encoder.symbol(item.below, item.frequency, item.total);
    else encoder.bits(item.value, item.count);
  }
  encoder.finish();
  expect(w.ok).toBe(true);
  return w.bytes.slice(7, w.at);
}

describe("the range coder", () => {
  it("reads back what it wrote, in as many bytes as it takes and no more", () => {
    fc.assert(
      fc.property(message, (items) => {
        const bytes = write(items);
        const decoder = new RangeDecoder(new Reader(bytes), bytes.length);
        let bits = 0;
        for (const item of items) {
          if ("total" in item) {
            const { below, frequency, total } = item;
            const place = decoder.peek(total);
            expect(place).toBeGreaterThanOrEqual(below);
            expect(place).toBeLessThan(below + frequency);
            decoder.take(below, frequency, total);
            bits += Math.log2(total / frequency);
          } else {
            expect(decoder.bits(item.count)).toBe(item.value);
            bits += item.count;
          }
        }
        expect(decoder.isWhole).toBe(true);
        expect(bytes.length * 8).toBeLessThan(bits + 0.003 * items.length + 9.5);
      }),
      { numRuns: 500 },
    );
  });

  it("carries through bytes that are all ones", () => {
    // Almost the highest place again and again, then what pushes it over.
    const items = [
      { below: 0, frequency: 1, total: 3 },
      ...Array.from({ length: 50 }, () => ({ below: 2, frequency: 1, total: 3 })),
      { below: 0xffff, frequency: 1, total: 0x10000 },
    ];
    const bytes = write(items);
    const decoder = new RangeDecoder(new Reader(bytes), bytes.length);
    for (const { below, frequency, total } of items) {
      expect(decoder.peek(total)).toBe(below);
      decoder.take(below, frequency, total);
    }
  });

  it("knows a message that is longer than what was read, or ends with a 0", () => {
    const bytes = write([{ value: 0x1234, count: 16 }]);
    for (const longer of [
      [...bytes, 0, 0, 0, 0, 1],
      [...bytes, 0],
    ]) {
      const decoder = new RangeDecoder(new Reader(Uint8Array.from(longer)), longer.length);
      expect(decoder.bits(16)).toBe(0x1234);
      expect(decoder.isWhole).toBe(false);
    }
  });

  it("writes nothing beyond its room, and reads some symbols from any bytes", () => {
    const bytes = new Uint8Array(20).fill(0xff);
    const w = new Writer(bytes, 4, 8);
    const encoder = new RangeEncoder(w);
    for (let i = 0; i < 100; i++) encoder.symbol(0xfffe, 2, 0x10000);
    encoder.finish();
    expect(w.ok).toBe(false);
    expect([...bytes.slice(0, 4), ...bytes.slice(8)].every((byte) => byte === 0xff)).toBe(true);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.array(symbol), (noise, symbols) => {
        const decoder = new RangeDecoder(new Reader(noise), noise.length);
        for (const { below, frequency, total } of symbols) {
          expect(decoder.peek(total)).toBeLessThan(total);
          decoder.take(below, frequency, total);
        }
      }),
    );
  });
});
