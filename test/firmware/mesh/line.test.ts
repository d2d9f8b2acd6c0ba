import { describe, expect, it } from "vitest";
import { lineAir } from "../../support/edges";
import { meshStreet } from "../../support/mesh-street";

const MINUTE_us = 60e6;

describe("a line, where each node hears its neighbours only", () => {
  const street = meshStreet(4, 1, { air: lineAir(5) });
  street.start();
  street.world.runUntil(2 * MINUTE_us);

  it("joins, each node a hop further out", () => {
    const { collector, meters } = street;
    expect(meters.map(({ join }) => join.joined)).toEqual([true, true, true, true]);
    expect(meters.map(({ stack }) => collector.root.hops(stack.address))).toEqual([1, 2, 3, 4]);
  });

  it("carries an echo over all of it and back", () => {
    const { collector, meters, world } = street;
    let back: number[] | undefined;
    expect(collector.stack.ping(meters[3].stack.address, 40, (...reply) => (back = reply))).toBe(true);
    world.runUntil(world.now_us + 5e6);
    expect(back?.[1]).toBe(40);
    console.log(`four hops and back in ${back?.[0]} ms`);
  });
});
