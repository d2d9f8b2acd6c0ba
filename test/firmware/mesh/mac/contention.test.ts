import { describe, expect, it } from "vitest";
import { Contention } from "firmware/mesh/mac/contention";

const neighbour = (n: number) => Uint8Array.of(2, 0, 0, 0, 0, 0, n >> 8, n & 0xff);
const A = neighbour(1);
const B = neighbour(258);

const RETRIES = [1, 2, 3, 4, 5];
const slots = (contention: Contention, eui64: Uint8Array, hurries = false) =>
  RETRIES.map((retries) => contention.slots(eui64, retries, hurries));

describe("retries to a neighbour", () => {
  it("are in its next slot, then in one of two, then of four", () => {
    expect(slots(new Contention(), A)).toEqual([1, 2, 4, 4, 4]);
  });

  it("are spread the more the harder it was to reach, up to 16 slots", () => {
    const contention = new Contention();
    contention.ended(A, 5, false);
    expect(slots(contention, A)).toEqual([2, 4, 8, 8, 8]);
    expect(slots(contention, A, true)).toEqual([1, 2, 4, 4, 4]);
    contention.ended(A, 3, true);
    expect(slots(contention, A)).toEqual([4, 8, 16, 16, 16]);
    for (let i = 0; i < 10; i++) contention.ended(A, 5, false);
    expect(slots(contention, A)).toEqual([8, 16, 16, 16, 16]);
    expect(slots(contention, B)).toEqual([1, 2, 4, 4, 4]);
  });

  it("draw together again with each frame that went at once", () => {
    const contention = new Contention();
    contention.ended(A, 5, false);
    contention.ended(A, 5, false);
    contention.ended(A, 1, true);
    contention.ended(B, 0, true);
    expect(contention.slots(A, 1, false)).toBe(4);
    contention.ended(A, 0, true);
    contention.ended(A, 0, true);
    contention.ended(A, 0, true);
    expect(slots(contention, A)).toEqual([1, 2, 4, 4, 4]);
  });

  it("to another one that is hard to reach begin anew", () => {
    const contention = new Contention();
    for (let i = 0; i < 5; i++) contention.ended(A, 5, false);
    contention.ended(B, 5, false);
    expect(slots(contention, B)).toEqual([2, 4, 8, 8, 8]);
    expect(slots(contention, A)).toEqual([1, 2, 4, 4, 4]);
  });
});
