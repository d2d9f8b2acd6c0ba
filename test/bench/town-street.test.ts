import { describe, expect, it } from "vitest";
import { reachable, townStreet, untilReadable } from "../../bench/town/street";

const MINUTE_US = 60e6;

describe("the towns of the benches", () => {
  it("tell when meters can be read, and that they cannot where a router is gone or cut off from all", () => {
    const street = townStreet(60, 1, { density: 150 });
    const { world, meters, collectors } = street;
    const all = reachable(street);
    expect(all.length).toBeGreaterThan(40);
    const times_us = untilReadable(street, all, 10 * MINUTE_US);
    expect(times_us).toHaveLength(3);
    expect(times_us.toSorted((a, b) => a - b)).toEqual(times_us);
    expect(all.every(({ meter, radio }) => meter.join.joined && radio.airtime.frames > 0)).toBe(true);

    // One step after a router's death those below it cannot have heard of it.
    const children = (number: number) =>
      all.filter(({ meter }) => {
        const parent = new Uint8Array(8);
        return meter.join.writeParent(parent) && parent[7] === number && parent[3] === 0;
      });
    const router = meters.find(({ number }) => children(number).length > 3)!;
    router.powerOff();
    const left = reachable(street);
    expect(left).not.toContain(router);
    expect(untilReadable(street, left, world.now_us + 1)).not.toHaveLength(3);

    collectors[0].powerOff();
    expect(reachable(street)).toEqual([]);
  });
});
