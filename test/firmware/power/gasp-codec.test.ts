import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Writer } from "firmware/codec/cursor";
import { GaspReader, GASPS_BYTES, MAX_GASPS, writeGasp, writeGaspsHead } from "firmware/power/gasp-codec";
import { cddl, decodeCbor } from "../../support/cddl";

const isGasps = cddl("gasp");
const LATEST_MS = 4_294_967_295_000;
/** What a frame holds beside all headers. */
const FRAME_BYTES = 192;

interface Plain {
  eui64: number[];
  start: number;
  failed_ms: number;
}

const plain = (latest_ms = LATEST_MS, earliest_ms = 1): fc.Arbitrary<Plain> =>
  fc.record({
    eui64: fc.array(fc.nat(255), { minLength: 8, maxLength: 8 }),
    start: fc.nat(0xffffffff),
    failed_ms: fc.option(fc.integer({ min: earliest_ms, max: latest_ms }), { nil: 0 }),
  });

function encoded(gasps: readonly Plain[]): Uint8Array {
  const w = new Writer(new Uint8Array(GASPS_BYTES));
  const known_ms = gasps.map(({ failed_ms }) => failed_ms).filter((failed_ms) => failed_ms > 0);
  const since_ms = known_ms.length > 0 ? Math.min(...known_ms) : 0;
  writeGaspsHead(w, gasps.length, since_ms);
  for (const { eui64, start, failed_ms } of gasps)
    writeGasp(w, Uint8Array.from(eui64), 0, start, failed_ms, since_ms);
  expect(w.ok).toBe(true);
  return w.bytes.slice(0, w.length);
}

function decoded(body: Uint8Array): Plain[] | undefined {
  const reader = new GaspReader();
  if (!reader.begin(body, 0, body.length)) return undefined;
  const gasps: Plain[] = [];
  while (reader.next()) {
    const { eui64, start, failed_ms } = reader.gasp;
    gasps.push({ eui64: [...eui64], start, failed_ms });
  }
  return gasps;
}

describe("a message of last gasps", () => {
  it("comes back as it was, and fits its CDDL by the judgement of cbor-x", () => {
    fc.assert(
      fc.property(fc.array(plain(), { minLength: 1, maxLength: MAX_GASPS }), (gasps) => {
        const body = encoded(gasps);
        expect(isGasps("gasps", decodeCbor(body))).toBe(true);
        expect(decoded(body)).toEqual(gasps);
      }),
    );
  });

  it("is what its layout says", () => {
    const eui64 = [2, 0x57, 0x4d, 0, 0, 0, 0, 7];
    expect(
      decodeCbor(
        encoded([
          { eui64, start: 3, failed_ms: 1_772_323_200_000 },
          { eui64, start: 4, failed_ms: 0 },
        ]),
      ),
    ).toEqual([1_772_323_200_000, Uint8Array.from(eui64), 3, 0, Uint8Array.from(eui64), 4, -1]);
  });

  it("fits a frame, with what failed within a minute and has started a few thousand times", () => {
    const from_ms = 1_772_323_200_000;
    const gasp = plain(from_ms + 60_000, from_ms).map((each) => ({ ...each, start: each.start % 65_536 }));
    fc.assert(
      fc.property(fc.array(gasp, { minLength: MAX_GASPS, maxLength: MAX_GASPS }), (gasps) => {
        expect(encoded(gasps).length).toBeLessThanOrEqual(FRAME_BYTES);
      }),
    );
  });

  it("is refused when it is cut or grown, and damage never throws nor makes what CBOR is not", () => {
    fc.assert(
      fc.property(fc.array(plain(), { minLength: 1, maxLength: 3 }), (gasps) => {
        const body = encoded(gasps);
        for (let length = 0; length < body.length; length++)
          expect(decoded(body.slice(0, length))).toBeUndefined();
        for (let byte = 0; byte < 256; byte += 15)
          expect(decoded(Uint8Array.of(...body, byte))).toBeUndefined();
        for (let bit = 0; bit < 8 * body.length; bit++) {
          const flipped = body.slice();
          flipped[bit >> 3] ^= 1 << (bit & 7);
          if (decoded(flipped) !== undefined) expect(isGasps("gasps", decodeCbor(flipped))).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("is refused where it has none, too many, or a time that no clock has", () => {
    const gasp = { eui64: [1, 2, 3, 4, 5, 6, 7, 8], start: 1, failed_ms: LATEST_MS };
    expect(decoded(encoded([gasp]))).toHaveLength(1);
    expect(decoded(encoded([{ ...gasp, failed_ms: LATEST_MS + 1 }]))).toBeUndefined();
    expect(decoded(Uint8Array.of(0x81, 0))).toBeUndefined();
    const many = encoded(new Array<Plain>(MAX_GASPS).fill(gasp));
    const one = encoded([gasp]);
    const item = one.slice(1 + 9);
    const tooMany = Uint8Array.of(...many, ...item);
    tooMany[1] += 3;
    expect(decoded(many)).toHaveLength(MAX_GASPS);
    expect(decoded(tooMany)).toBeUndefined();
  });
});
