import { describe, expect, it } from "vitest";
import { Random } from "../../host-sim/random";
import { SimulatedSupply } from "../../host-sim/supply";
import { World } from "../../host-sim/world";

function make(seed: number) {
  const world = new World();
  let off_us: number | undefined;
  const supply = new SimulatedSupply(world, new Random(seed, "power"), {
    setDark: () => {},
    powerOff: () => (off_us = world.now_us),
    powerOn: () => {},
  });
  return { world, supply, off_us: () => off_us };
}

/** Until a node that sends and receives so much stops. */
function heldUp_ms(seed: number, sent_ms = 0, received_frames = 0): number {
  const { world, supply, off_us } = make(seed);
  supply.fail();
  world.runUntil(1e6);
  supply.sends(sent_ms * 1000);
  for (let i = 0; i < received_frames; i++) supply.received(6_000);
  world.runUntil(1e9);
  return off_us()! / 1000;
}

describe("the simulated hold-up", () => {
  it("is 60 s up to 30 % off where a node only listens, each node's its own and always the same", () => {
    const times_ms = Array.from({ length: 400 }, (_, seed) => heldUp_ms(seed));
    expect(Math.min(...times_ms)).toBeGreaterThanOrEqual(42_000);
    expect(Math.min(...times_ms)).toBeLessThan(43_000);
    expect(Math.max(...times_ms)).toBeLessThanOrEqual(78_000);
    expect(Math.max(...times_ms)).toBeGreaterThan(77_000);
    expect(heldUp_ms(7)).toBe(times_ms[7]);
  });

  it("is shorter by what is sent and received, by the account of docs/events.md", () => {
    const idle_ms = heldUp_ms(1);
    // 90 mA more than 62 for 2 s; 18 mA more for 100 frames of 6 ms and 4 ms of work each.
    expect(idle_ms - heldUp_ms(1, 2_000)).toBeCloseTo((2_000 * 90) / 62, 0);
    expect(idle_ms - heldUp_ms(1, 0, 100)).toBeCloseTo((1_000 * 18) / 62, 0);
  });

  it("ends at once where more is taken than there is left", () => {
    const { world, supply, off_us } = make(3);
    supply.fail();
    world.runUntil(5e6);
    supply.sends(100e6);
    world.runUntil(5e6);
    expect(off_us()).toBe(5e6);
  });

  it("costs nothing while the mains are there, and is full again after a blink", () => {
    const { world, supply, off_us } = make(4);
    supply.sends(1e9);
    supply.fail();
    world.runUntil(30e6);
    supply.restore();
    supply.sends(1e9);
    world.runUntil(1e9);
    expect(off_us()).toBeUndefined();
    supply.fail();
    world.runUntil(1e9 + 41e6);
    expect(off_us()).toBeUndefined();
  });
});
