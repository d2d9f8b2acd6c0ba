import { describe, expect, it } from "vitest";
import { ECHO_HEADER_BYTES } from "firmware/ip/icmpv6";
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
    let back: { delay_ms: number; bytes: number } | undefined;
    const sent = collector.stack.ping(meters[3].stack.address, 40, (delay_ms, { payloadLength }) => {
      back = { delay_ms, bytes: payloadLength - ECHO_HEADER_BYTES };
    });
    expect(sent).toBe(true);
    world.runUntil(world.now_us + 5e6);
    expect(back?.bytes).toBe(40);
    console.log(`four hops and back in ${back?.delay_ms} ms`);
  });
});
