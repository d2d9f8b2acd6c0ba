import { describe, expect, it } from "vitest";
import { AGE_UNIT_ms, INTERVAL_ms, PanClock } from "firmware/mesh/mac/pan-clock";
import { COUNTER_BLOCK } from "firmware/mesh/mac/security";
import { RamCounterStore } from "../../../support/mac-street";

const PAN = 0x574d;

function coordinator(store = new RamCounterStore(), at_ms = 0): PanClock {
  const clock = new PanClock(PAN);
  clock.coordinate(store, at_ms);
  return clock;
}

describe("the time of a PAN", () => {
  it("never goes back over restarts of its coordinator, however long that ran", () => {
    const store = new RamCounterStore();
    let last = -1;
    for (const ran_ms of [0, 1000, COUNTER_BLOCK * INTERVAL_ms * 3.5, 7]) {
      const clock = coordinator(store);
      expect(clock.interval(0)).toBeGreaterThan(last);
      for (let at_ms = 0; at_ms <= ran_ms; at_ms += 600_000) last = clock.interval(at_ms);
      last = clock.interval(ran_ms);
    }
  });

  it("is taken from newer word only, and hardly ever back", () => {
    const clock = new PanClock(PAN);
    clock.join(1_000_000, 3, 0);
    expect(clock.at(500)).toBe(1_000_500);
    expect(clock.learn(1_000_700, 3, 500)).toBe(false);
    expect(clock.learn(1_000_700, 2, 500)).toBe(true);
    expect(clock.at(500)).toBe(1_000_700);
    expect(clock.learn(1_000_700 - 2 * INTERVAL_ms, 0, 500)).toBe(false);
    // A coordinator that has restarted is far ahead.
    expect(clock.learn(9_000_000, 0, 500)).toBe(true);
    expect(clock.at(600)).toBe(9_000_100);
  });

  it("keeps to a crystal that is off, once that was measured", () => {
    const clock = new PanClock(PAN);
    const drift = 30e-6;
    const truth = (at_ms: number) => 5_000_000 + Math.round(at_ms * (1 + drift));
    clock.join(truth(0), 0, 0);
    for (let at_ms = 60_000; at_ms <= 7_200_000; at_ms += 60_000) clock.learn(truth(at_ms), 0, at_ms);
    expect(Math.abs(clock.at(7_200_000 + 3_600_000) - truth(7_200_000 + 3_600_000))).toBeLessThan(15);
  });

  it("is given up when nobody has heard of the coordinator for over an hour, and is not the coordinator's to give up", () => {
    const clock = new PanClock(PAN);
    clock.join(0, 0, 0);
    clock.expire(254 * AGE_UNIT_ms);
    expect(clock.synced).toBe(true);
    clock.expire(255 * AGE_UNIT_ms);
    expect(clock.synced).toBe(false);
    const first = coordinator();
    first.expire(1e12);
    expect(first.synced).toBe(true);
    expect(first.age(1e12)).toBe(0);
  });

  it("makes frames fresh that are of now, or of a coordinator started anew, and none from before it was learnt", () => {
    const clock = new PanClock(PAN);
    expect(clock.fresh(0, 0)).toBe(false);
    clock.join(1_000_000, 0, 0);
    expect(clock.fresh(1_000_000 - 1, 0)).toBe(false);
    expect(clock.fresh(1_000_000, 0)).toBe(true);
    expect(clock.fresh(1_000_000, 2 * INTERVAL_ms)).toBe(true);
    expect(clock.fresh(1_000_000, 2 * INTERVAL_ms + 1)).toBe(false);
    expect(clock.fresh(50_000_000, 0)).toBe(true);
  });
});
