import { describe, expect, it } from "vitest";
import { Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import { Trickle } from "firmware/mesh/rpl/trickle";
import { CrystalClock } from "../../../../host-sim/clock";
import { SeededEntropy } from "../../../../host-sim/node";
import { Random } from "../../../../host-sim/random";
import { World } from "../../../../host-sim/world";

/** A timer from 1,024 ms to 8,192 ms, and when it fires. */
function timer(seed = 1, redundancy = Infinity) {
  const world = new World();
  const kernel = new Kernel(new CrystalClock(world, 0));
  const fired_ms: number[] = [];
  const random = new RandomBelow(new SeededEntropy(new Random(seed, "trickle")));
  const trickle = new Trickle(kernel, random, () => fired_ms.push(kernel.now_ms()));
  trickle.configure(10, 3, redundancy);
  const run = (until_ms: number) => world.runUntil(until_ms * 1000);
  return { world, trickle, fired_ms, run };
}

describe("Trickle (RFC 6206, section 4.2)", () => {
  it("fires once in the second half of each interval, which doubles up to its maximum", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { trickle, fired_ms, run } = timer(seed);
      trickle.reset();
      run(60_000);
      let start_ms = 0;
      let interval_ms = 1024;
      for (const at_ms of fired_ms) {
        expect(at_ms).toBeGreaterThanOrEqual(start_ms + interval_ms / 2 - 1);
        expect(at_ms).toBeLessThanOrEqual(start_ms + interval_ms + 1);
        start_ms += interval_ms;
        interval_ms = Math.min(2 * interval_ms, 8192);
      }
      expect(start_ms + interval_ms).toBeGreaterThan(59_000);
    }
  });

  it("starts over at the shortest interval on a reset", () => {
    const { trickle, fired_ms, run } = timer();
    trickle.reset();
    run(60_000);
    fired_ms.length = 0;
    trickle.reset();
    run(61_100);
    expect(fired_ms.length).toBe(1);
  });

  it("is not put off by resets during the shortest interval", () => {
    const { world, trickle, fired_ms, run } = timer();
    for (let at_ms = 0; at_ms < 1024; at_ms += 50) world.at(at_ms * 1000, () => trickle.reset());
    run(1030);
    expect(fired_ms.length).toBe(1);
    run(2040);
    expect(fired_ms.length).toBe(1);
  });

  it("keeps silent in an interval in which it has heard the same often enough", () => {
    const { trickle, fired_ms, run } = timer(1, 2);
    trickle.reset();
    trickle.hear();
    trickle.hear();
    run(1024);
    expect(fired_ms).toEqual([]);
    trickle.hear();
    run(1024 + 2048);
    expect(fired_ms.length).toBe(1);
  });

  it("stops", () => {
    const { trickle, fired_ms, run } = timer();
    trickle.reset();
    trickle.stop();
    run(60_000);
    expect(fired_ms).toEqual([]);
  });
});
