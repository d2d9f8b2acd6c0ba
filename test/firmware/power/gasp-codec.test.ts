import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GASPS_BYTES, MAX_GASPS } from "firmware/power/gasp-codec";
import { cddl, decodeCbor } from "../../support/cddl";
import { gaspBody, gaspsIn, type PlainGasp } from "../../support/gasps";

const isGasps = cddl("gasp");
const NOW_S = 1_772_323_200;
const LATEST_S = 4_294_967_295;

const plain = (latest_s = LATEST_S, earliest_s = 1): fc.Arbitrary<PlainGasp> =>
  fc.record({
    eui64: fc.array(fc.nat(255), { minLength: 8, maxLength: 8 }),
    failed_s: fc.option(fc.integer({ min: earliest_s, max: latest_s }), { nil: 0 }),
  });

/** Of one maker, whose meters differ in the last three bytes, in an area that failed at once; clocks are not alike. */
const neighbour = plain(NOW_S + 1, NOW_S).map(({ eui64, failed_s }) => ({
  eui64: [0, 0x0d, 0x6f, 0xff, 0xfe, ...eui64.slice(5)],
  failed_s,
}));

describe("a message of last gasps", () => {
  it("comes back as it was as far as it goes, fits a frame, and its CDDL by the judgement of cbor-x", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(plain(), neighbour), { minLength: 1, maxLength: 100 }), (gasps) => {
        const body = gaspBody(gasps);
        const back = gaspsIn(body)!;
        expect(body.length).toBeLessThanOrEqual(GASPS_BYTES);
        expect(isGasps("gasps", decodeCbor(body))).toBe(true);
        expect(back.length).toBeGreaterThan(0);
        expect(back).toEqual(gasps.slice(0, back.length));
      }),
    );
  });

  it("is what its layout says", () => {
    const a = { eui64: [2, 0x57, 0x4d, 0, 0, 0, 0, 7], failed_s: NOW_S + 40 };
    const b = { eui64: [2, 0x57, 0x4d, 0, 0, 0, 1, 7], failed_s: 0 };
    const c = { eui64: [2, 0x57, 0x4d, 0, 0, 0, 1, 9], failed_s: NOW_S };
    const common = Uint8Array.of(2, 0x57, 0x4d, 0, 0, 0);
    expect(decodeCbor(gaspBody([a, b, c]))).toEqual([
      NOW_S,
      common,
      Uint8Array.of(0, 7, 1, 7, 1, 9),
      40,
      -1,
      0,
    ]);
    expect(decodeCbor(gaspBody([b]))).toEqual([0, Uint8Array.from(b.eui64), new Uint8Array(0), -1]);
  });

  it("has 35 gasps of one maker's meters, 16 of any, and 64 at most", () => {
    const most = (gasp: fc.Arbitrary<PlainGasp>) =>
      fc
        .sample(fc.array(gasp, { minLength: 100, maxLength: 100 }), { seed: 1, numRuns: 20 })
        .map((gasps) => gaspsIn(gaspBody(gasps))!.length)
        .reduce((least, count) => Math.min(least, count));
    expect(most(neighbour)).toBe(35);
    expect(most(plain(NOW_S + 23, NOW_S))).toBe(16);
    const same = { eui64: [1, 2, 3, 4, 5, 6, 7, 8], failed_s: NOW_S };
    expect(gaspsIn(gaspBody(new Array<PlainGasp>(100).fill(same)))).toHaveLength(MAX_GASPS);
  });

  it("is refused when it is cut or grown, and damage never throws nor makes what CBOR is not", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(plain(), neighbour), { minLength: 1, maxLength: 3 }), (gasps) => {
        const body = gaspBody(gasps);
        for (let length = 0; length < body.length; length++)
          expect(gaspsIn(body.slice(0, length))).toBeUndefined();
        for (let byte = 0; byte < 256; byte += 15)
          expect(gaspsIn(Uint8Array.of(...body, byte))).toBeUndefined();
        for (let bit = 0; bit < 8 * body.length; bit++) {
          const flipped = body.slice();
          flipped[bit >> 3] ^= 1 << (bit & 7);
          if (gaspsIn(flipped) !== undefined) expect(isGasps("gasps", decodeCbor(flipped))).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("is refused where it has none, too many, EUI-64s of another length, or a time that no clock has", () => {
    const eui64 = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(gaspsIn(gaspBody([{ eui64, failed_s: LATEST_S }]))).toHaveLength(1);
    const late = [0x84, 0x1a, 0xff, 0xff, 0xff, 0xff, 0x48, ...eui64, 0x40];
    expect(gaspsIn(Uint8Array.of(...late, 0))).toHaveLength(1);
    expect(gaspsIn(Uint8Array.of(...late, 1))).toBeUndefined();
    // An array of n items: since 0, what is common, the rests, and times of 0.
    const whole = (times: number, common: number[], rests: number[]) =>
      Uint8Array.of(
        ...(3 + times < 24 ? [0x80 | (3 + times)] : [0x98, 3 + times]),
        ...[0, 0x40 | common.length, ...common, 0x40 | rests.length, ...rests],
        ...new Array<number>(times).fill(0),
      );
    expect(gaspsIn(whole(MAX_GASPS, eui64, []))).toHaveLength(MAX_GASPS);
    expect(gaspsIn(whole(MAX_GASPS + 1, eui64, []))).toBeUndefined();
    expect(gaspsIn(whole(0, eui64, []))).toBeUndefined();
    expect(gaspsIn(whole(2, eui64.slice(0, 7), [1, 2]))).toHaveLength(2);
    expect(gaspsIn(whole(2, eui64.slice(0, 7), [1, 2, 3]))).toBeUndefined();
    expect(gaspsIn(whole(1, [...eui64, 9], []))).toBeUndefined();
  });
});
