import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CHANNELS,
  countIndex,
  Measurements,
  type MeteringChip,
  PollSample,
  PollStatus,
  QUANTITIES,
  Quantity,
} from "hal/metering-chip";
import { Feed } from "../../host-sim/load/feed";
import type { Load } from "../../host-sim/load/load";
import { Truth } from "../../host-sim/load/truth";
import { Random } from "../../host-sim/random";
import { randomLoad, SECOND_US, steadyLoad } from "./metering-rig";

export type MakeChip = (time: { now_us: number }, feed: Feed) => MeteringChip;

/** What every implementation of MeteringChip must do, on a bus without faults. */
export function meteringChipContract(name: string, make: MakeChip): void {
  /** A chip, initialised at time 0, with registers and truth beside it. */
  function connect(load: Load) {
    const time = { now_us: 0 };
    const feed = new Feed(load);
    const truth = new Truth(feed);
    const chip = make(time, feed);
    const initialized = chip.initialize();
    const sample = new PollSample();
    const counts = new Float64Array(QUANTITIES * CHANNELS);
    return {
      time,
      truth,
      chip,
      initialized,
      sample,
      counts,
      poll(after_us: number): number {
        time.now_us += after_us;
        const status = chip.poll(sample);
        for (let i = 0; i < counts.length; i++) counts[i] += sample.counts[i];
        return status;
      },
    };
  }

  describe(`MeteringChip contract: ${name}`, () => {
    it("initialises, and says what a count is worth", () => {
      const { initialized, chip } = connect(steadyLoad([0, 0]));
      expect(initialized).toBe(PollStatus.ok);
      expect(chip.countNumerator / chip.countDenominator).toBe(3.125);
      expect(chip.phases).toBe(2);
    });

    it("counts 1 kW for an hour as 320,000 counts, split phase as the sum of both", () => {
      const meter = connect(steadyLoad([600, 400]));
      for (let i = 0; i < 720; i++) expect(meter.poll(5 * SECOND_US)).toBe(PollStatus.ok);
      expect(meter.counts[countIndex(Quantity.activeDelivered, 0)]).toBe(320_000);
      expect(meter.counts[countIndex(Quantity.activeDelivered, 1)]).toBe(192_000);
      expect(meter.counts[countIndex(Quantity.activeDelivered, 2)]).toBe(128_000);
      expect(meter.counts[countIndex(Quantity.activeReceived, 0)]).toBe(0);
    });

    it("counts the total over the signed sum of phases", () => {
      const meter = connect(steadyLoad([1000, -3000]));
      for (let i = 0; i < 36; i++) meter.poll(5 * SECOND_US);
      expect(meter.counts[countIndex(Quantity.activeDelivered, 0)]).toBe(0);
      expect(meter.counts[countIndex(Quantity.activeReceived, 0)]).toBe(32_000);
      expect(meter.counts[countIndex(Quantity.activeDelivered, 1)]).toBe(16_000);
      expect(meter.counts[countIndex(Quantity.activeReceived, 2)]).toBe(48_000);
    });

    it("brings every count once: registers stay within one count of what flowed", () => {
      fc.assert(
        fc.property(
          fc.integer(),
          fc.constantFrom(1, 2, 3),
          fc.array(fc.integer({ min: 1, max: 9_000_000 }), { minLength: 1, maxLength: 60 }),
          (seed, phases, waits_us) => {
            const meter = connect(randomLoad(new Random(seed, "load"), phases, true));
            for (const wait_us of waits_us) {
              expect(meter.poll(wait_us)).toBe(PollStatus.ok);
              meter.truth.advanceTo(meter.time.now_us);
              for (let quantity = 0; quantity < QUANTITIES; quantity++) {
                for (let channel = 0; channel < CHANNELS; channel++) {
                  const true_mWh =
                    meter.truth.energy_mWh(quantity, channel) + meter.truth.remainder_mWh(quantity, channel);
                  const short = true_mWh / 3.125 - meter.counts[countIndex(quantity, channel)];
                  expect(short).toBeGreaterThanOrEqual(-1e-6);
                  expect(short).toBeLessThan(1 + 1e-6);
                }
              }
            }
          },
        ),
        { numRuns: 60 },
      );
    });

    it("has nothing new when polled twice at one moment", () => {
      const meter = connect(steadyLoad([5000], [2000]));
      meter.poll(5 * SECOND_US);
      meter.poll(0);
      expect(Array.from(meter.sample.counts)).toEqual(new Array(QUANTITIES * CHANNELS).fill(0));
    });

    it("tells the voltages of wired phases, and 0 for the others", () => {
      const meter = connect(steadyLoad([100, 100], [], 121));
      meter.sample.voltage_mV.fill(7);
      meter.poll(5 * SECOND_US);
      expect(Array.from(meter.sample.voltage_mV)).toEqual([121_000, 121_000, 0]);
    });

    it("measures what flows", () => {
      const meter = connect(steadyLoad([1200, -900], [500, 0]));
      const values = new Measurements();
      meter.time.now_us = 10 * SECOND_US;
      expect(meter.chip.measure(values)).toBe(PollStatus.ok);
      expect(Array.from(values.activePower_mW)).toEqual([300_000, 1_200_000, -900_000, 0]);
      expect(Array.from(values.reactivePower_mvar)).toEqual([500_000, 500_000, 0, 0]);
      expect(Array.from(values.apparentPower_mVA)).toEqual([2_200_000, 1_300_000, 900_000, 0]);
      expect(Array.from(values.voltage_mV)).toEqual([120_000, 120_000, 0]);
      expect(Array.from(values.current_mA)).toEqual([10_833, 7_500, 0]);
      expect(Array.from(values.powerFactor_permille)).toEqual([136, 923, -1000, 0]);
      expect(values.frequency_mHz).toBe(60_000);
      expect(values.temperature_dC).toBe(250);
    });

    it("starts from nothing when initialised again", () => {
      const meter = connect(steadyLoad([3600], [100]));
      meter.poll(5 * SECOND_US);
      meter.time.now_us += 5 * SECOND_US;
      expect(meter.chip.initialize()).toBe(PollStatus.ok);
      meter.poll(SECOND_US);
      expect(meter.sample.counts[countIndex(Quantity.activeDelivered, 0)]).toBe(320);
    });
  });
}
