import fc from "fast-check";
import { Seeds } from "firmware/mesh/multicast/seeds";
import { describe, expect, it } from "vitest";
import { address } from "../../ip/packets";

const HEAD_END = address("2001:db8:1::53");
const OTHER = address("2001:db8:1::54");
const THIRD = address("2001:db8:1::55");
const MINUTE_ms = 60_000;

describe("the seed set (RFC 7731, section 6.3)", () => {
  it("takes each message once, in whatever order up to 15 late, around the end of the numbers", () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(15), { maxLength: 4 })), {
          maxLength: 100,
        }),
        (start, steps) => {
          const seeds = new Seeds();
          const came = new Set<number>();
          let latest = start;
          const take = (number: number): void => {
            const isNew = number >= start && !came.has(number);
            // What lies before the first one that was heard is told from it by the window alone.
            if (number >= start) expect(seeds.take(HEAD_END, number & 0xff, 0), `${number}`).toBe(isNew);
            came.add(number);
          };
          take(latest);
          for (const [ahead, late] of steps) {
            latest += ahead;
            take(latest);
            expect(seeds.isLatest(HEAD_END, latest & 0xff)).toBe(true);
            for (const behind of late) take(latest - behind);
          }
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  it("takes none that is older than that", () => {
    const seeds = new Seeds();
    seeds.take(HEAD_END, 100, 0);
    for (let behind = 16; behind <= 128; behind++)
      expect(seeds.take(HEAD_END, (100 - behind) & 0xff, 0)).toBe(false);
  });

  it("lets a seed begin anywhere after half an hour of silence, and no sooner", () => {
    const seeds = new Seeds();
    seeds.take(HEAD_END, 100, 0);
    expect(seeds.take(HEAD_END, 50, 30 * MINUTE_ms)).toBe(false);
    expect(seeds.take(HEAD_END, 50, 30 * MINUTE_ms + 1)).toBe(true);
    expect(seeds.take(HEAD_END, 50, 31 * MINUTE_ms)).toBe(false);
  });

  it("tells seeds apart, and holds two: the one that was silent for longest is forgotten", () => {
    const seeds = new Seeds();
    expect(seeds.take(HEAD_END, 7, 0)).toBe(true);
    expect(seeds.take(OTHER, 7, 1)).toBe(true);
    expect(seeds.take(HEAD_END, 7, 2)).toBe(false);
    expect(seeds.take(OTHER, 7, 3)).toBe(false);
    expect(seeds.take(THIRD, 7, 4)).toBe(true);
    expect(seeds.take(OTHER, 7, 5)).toBe(false);
    expect(seeds.take(THIRD, 7, 6)).toBe(false);
  });
});
