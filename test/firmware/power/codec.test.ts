import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import { decodeNotice, encodeNotice } from "firmware/power/codec";
import { PowerNotice } from "firmware/power/notice";
import { cddl, decodeCbor } from "../../support/cddl";

const isPower = cddl("power");

function encoded(fields: Partial<PowerNotice>): Uint8Array {
  const w = new Writer(new Uint8Array(64));
  encodeNotice(w, Object.assign(new PowerNotice(), fields));
  expect(w.ok).toBe(true);
  return w.bytes.slice(0, w.length);
}

function decoded(body: Uint8Array): PowerNotice | undefined {
  const notice = new PowerNotice();
  return decodeNotice(new Reader(body), notice) ? notice : undefined;
}

describe("a power notice", () => {
  it("comes back as it was, and fits its CDDL", () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.nat(6),
        fc.option(fc.integer({ min: 1, max: 4294967295000 }), { nil: 0 }),
        fc.nat(),
        (start, reason, failed_ms, restored_ms) => {
          const body = encoded({ start, reason, failed_ms, restored_ms });
          expect(isPower("notice", decodeCbor(body))).toBe(true);
          expect(decoded(body)).toEqual(
            Object.assign(new PowerNotice(), { start, reason, failed_ms, restored_ms }),
          );
        },
      ),
    );
  });

  it("is refused when it is cut or grown, and never throws", () => {
    const body = encoded({ start: 3, reason: 6, failed_ms: 1_772_323_200_000, restored_ms: 70_000 });
    for (let length = 0; length < body.length; length++)
      expect(decoded(body.slice(0, length))).toBeUndefined();
    expect(decoded(Uint8Array.of(...body, 0))).toBeUndefined();
    for (let at = 0; at < body.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const flipped = body.slice();
        flipped[at] ^= 1 << bit;
        const notice = decoded(flipped);
        if (notice !== undefined) expect(decodeCbor(flipped)).toBeInstanceOf(Map);
      }
  });
});
