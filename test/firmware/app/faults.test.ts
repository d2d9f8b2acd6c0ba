import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventCode } from "firmware/events/log";
import { ResetReason } from "hal/reset";
import { RestartingMeter, UNDER_WAY_MWH } from "../../support/restarting-meter";

/** Both phases at full load from one poll to the next. */
const POLL_MWH = 2 * 12e6 * (5 / 3600);

/** A frame that is none, and what a technician types. */
const noise = Uint8Array.from({ length: 40 }, (_, i) => i * 37);
const command = new TextEncoder().encode("reg show\r");

const fault = fc.record({
  after_ms: fc.integer({ min: 0, max: 400_000 }),
  /** Calls to the HAL until the exception comes. */
  calls: fc.integer({ min: 0, max: 2_000 }),
  by: fc.constantFrom("timer", "radio", "console"),
});

describe("a meter with an exception in any of its callbacks", () => {
  it("restarts, says why, and loses no energy", () => {
    let thrown = 0;
    fc.assert(
      fc.property(fc.integer(), fc.array(fault, { minLength: 1, maxLength: 10 }), (seed, faults) => {
        const meter = new RestartingMeter(seed);
        meter.start();
        meter.setTime();
        for (const { after_ms, calls, by } of faults) {
          meter.run(after_ms);
          meter.throwAfter = calls;
          if (by === "radio") meter.radio.onReceive(noise, noise.length, -70);
          if (by === "console") meter.serial.type(command);
          meter.run(60_000);
        }
        meter.throwAfter = Infinity;
        meter.run(5_000);
        for (const short_mWh of meter.shortfalls()) {
          expect(short_mWh).toBeGreaterThanOrEqual(-1e-6);
          expect(short_mWh).toBeLessThan(UNDER_WAY_MWH + meter.thrownInPoll * POLL_MWH);
        }
        meter.setTime();
        meter.run(900_000);
        const { delivered_mWh, closing_mWh } = meter.intervals();
        expect(delivered_mWh).toBe(closing_mWh);

        const restarts = meter.reasons.length - 1;
        thrown += restarts;
        expect(meter.reasons.slice(1)).toEqual(Array<number>(restarts).fill(ResetReason.exception));
        expect(meter.meter.boot.count).toBe(1 + restarts);
        expect(meter.lastStart()).toEqual(
          restarts === 0 ? [EventCode.powerUp, 0] : [EventCode.restarted, ResetReason.exception],
        );
      }),
      { numRuns: 40, seed: 1 },
    );
    expect(thrown).toBeGreaterThan(100);
  });
});

describe("a meter that does not poll any more", () => {
  it("is restarted by the watchdog, and loses no energy", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 100_000 }), (seed, until_ms) => {
        const meter = new RestartingMeter(seed);
        meter.start();
        meter.run(until_ms);
        meter.deaf = true;
        meter.run(13_000);
        expect(meter.reasons.slice(1)).toEqual([ResetReason.watchdog]);
        expect(meter.meter.boot.reason).toBe(ResetReason.watchdog);
        meter.run(20_000);
        for (const short_mWh of meter.shortfalls()) {
          expect(short_mWh).toBeGreaterThanOrEqual(-1e-6);
          expect(short_mWh).toBeLessThan(UNDER_WAY_MWH);
        }
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it("is not, while it polls a chip that is silent", () => {
    const meter = new RestartingMeter(1);
    meter.start();
    meter.run(60_000);
    meter.chipAnswers = false;
    meter.run(3600_000);
    expect(meter.reasons).toEqual([ResetReason.unexpected]);
  });
});
