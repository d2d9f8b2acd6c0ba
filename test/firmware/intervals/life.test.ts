import { describe, expect, it } from "vitest";
import { live } from "../../../bench/year";

/** A checkpoint period, and the second that is counted as a whole, at the load of the bench. */
const MOST_LOST_WH = (11 * 3.125) / 1000;

describe("a meter through months of outages, torn writes and wrong times", () => {
  it.each([1, 2, 3])(
    "tells every interval, and all energy but a checkpoint period an outage, seed %i",
    (seed) => {
      const outages = 25;
      const life = live({ days: 12, outages, seed });
      expect(life.torn).toBeGreaterThan(0);
      expect(life.skipped).toBeGreaterThan(0);
      expect(life.untold).toBe(0);
      expect(life.mostLostWh).toBeLessThanOrEqual(MOST_LOST_WH);
      expect(life.flowedWh - life.registerWh).toBeLessThanOrEqual((outages + 1) * MOST_LOST_WH);
      expect(life.registerWh).toBeLessThanOrEqual(life.flowedWh);
    },
  );
});
