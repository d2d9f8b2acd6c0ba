import { describe, expect, it } from "vitest";
import { Whereabouts } from "../../head-end/whereabouts";

const METER = Uint8Array.of(1, 2, 3);

describe("where a meter is", () => {
  it("is with the collector that claims it with the later move", () => {
    const where = new Whereabouts();
    expect(where.lineOf(METER)).toBeUndefined();
    where.claim(METER, 0, 0);
    where.claim(METER, 1, 1);
    expect(where.claim(METER, 0, 0)).toBe(false);
    expect(where.lineOf(METER)).toBe(1);
    where.claim(METER, 0, 2);
    expect(where.lineOf(METER)).toBe(0);
  });

  it("counts on past 16 bits", () => {
    const where = new Whereabouts();
    where.claim(METER, 0, 0xffff);
    expect(where.claim(METER, 1, 0x10000)).toBe(true);
    expect(where.lineOf(METER)).toBe(1);
  });

  it("is not touched by a collector that has lost it to another", () => {
    const where = new Whereabouts();
    where.claim(METER, 0, 0);
    where.claim(METER, 1, 1);
    where.release(METER, 0);
    expect(where.lineOf(METER)).toBe(1);
    where.release(METER, 1);
    expect(where.lineOf(METER)).toBeUndefined();
  });
});
