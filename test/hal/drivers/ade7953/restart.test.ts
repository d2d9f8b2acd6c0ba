import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ade7953 } from "hal/drivers/ade7953/driver";
import { SpiBus } from "hal/drivers/ade7953/spi-bus";
import { PollSample, PollStatus, Quantity, countIndex } from "hal/metering-chip";
import { Ade7953Chip } from "../../../../host-sim/chips/ade7953";
import { Feed } from "../../../../host-sim/load/feed";
import { clockOf, steadyLoad } from "../../metering-rig";

describe("an ADE7953 whose driver starts again", () => {
  it("goes on with what it had counted, however often", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ polls: fc.integer({ min: 0, max: 5 }), gap_ms: fc.integer({ min: 1, max: 15_000 }) }),
          {
            minLength: 1,
            maxLength: 10,
          },
        ),
        fc.boolean(),
        (starts, keeps) => {
          const time = { now_us: 0 };
          const chip = new Ade7953Chip(time, new Feed(steadyLoad([3_000, -1_000])));
          const sample = new PollSample();
          const total = [0, 0, 0];
          let kept: Int32Array | undefined;
          const start = (): Ade7953 => {
            const driver = new Ade7953({
              bus: new SpiBus(chip),
              delay_ms: () => {},
              clock: clockOf(time),
              phases: 2,
            });
            if (kept !== undefined) driver.kept.set(kept);
            expect(driver.initialize(kept !== undefined)).toBe(PollStatus.ok);
            return driver;
          };
          const poll = (driver: Ade7953): void => {
            expect(driver.poll(sample)).toBe(PollStatus.ok);
            for (let channel = 0; channel < total.length; channel++)
              total[channel] +=
                sample.counts[countIndex(Quantity.activeDelivered, channel)] -
                sample.counts[countIndex(Quantity.activeReceived, channel)];
            if (keeps) kept = driver.kept.slice();
          };
          let driver = start();
          if (keeps) kept = driver.kept.slice();
          const began_us = time.now_us;
          for (const { polls, gap_ms } of starts) {
            for (let i = 0; i < polls; i++) {
              time.now_us += 1e6;
              poll(driver);
            }
            time.now_us += gap_ms * 1000;
            driver = start();
          }
          poll(driver);
          const flowed_mWh = ((time.now_us - began_us) / 3.6e9) * 3_000_000;
          const count_mWh = driver.countNumerator / driver.countDenominator;
          const missing = flowed_mWh / count_mWh - total[1];
          // Without what was kept, each start costs what came since the poll before.
          if (keeps) expect(Math.abs(missing)).toBeLessThan(2);
          else expect(missing).toBeGreaterThan(-2);
        },
      ),
      { numRuns: 60 },
    );
  });
});
