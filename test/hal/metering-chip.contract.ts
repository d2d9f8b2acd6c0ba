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
  phasesIn,
  Quantity,
  Supply,
} from "hal/metering-chip";
import { DisturbedLoad, type Disturbance } from "../../host-sim/load/disturbed";
import { Feed } from "../../host-sim/load/feed";
import type { Load } from "../../host-sim/load/load";
import { Truth } from "../../host-sim/load/truth";
import { Random } from "../../host-sim/random";
import { randomLoad, SECOND_US, steadyLoad } from "./metering-rig";

export type MakeChip = (time: { now_us: number }, feed: Feed) => MeteringChip;

/** What chips differ in. */
export interface Traits {
  perCount_mWh: number;
  maxPhases: number;
  /**
   * Energy of both directions goes to one counter: only delivered less received is exact where power turns, and the
   * total, which the driver adds up, may lag by a count a phase.
   */
  net: boolean;
  /** Of a total, whose phases may each be off by a part of it. */
  powerStep_mW: number;
  frequencyStep_mHz: number;
  temperature_dC: number;
  /** Each phase has a voltage of its own; otherwise that of A stands for all. */
  manyVoltages: boolean;
}

/** A quantity's two directions; apparent energy has one. */
const DIRECTIONS = [
  [Quantity.activeDelivered, Quantity.activeReceived],
  [Quantity.reactivePositive, Quantity.reactiveNegative],
  [Quantity.apparent],
];

/** What every implementation of MeteringChip must do, on a bus without faults. */
export function meteringChipContract(name: string, make: MakeChip, traits: Traits): void {
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

  const countsOf = (energy_mWh: number): number => Math.round(energy_mWh / traits.perCount_mWh);

  /** Counts that a channel is short of the truth: by direction, or for a chip that counts net of the difference. */
  function shortfalls({ truth, counts }: ReturnType<typeof connect>, channel: number): number[] {
    const short = (quantity: number): number => {
      const true_mWh = truth.energy_mWh(quantity, channel) + truth.remainder_mWh(quantity, channel);
      return true_mWh / traits.perCount_mWh - counts[countIndex(quantity, channel)];
    };
    if (!traits.net) return DIRECTIONS.flat().map(short);
    return DIRECTIONS.map(
      ([forward, reverse]) => short(forward) - (reverse === undefined ? 0 : short(reverse)),
    );
  }

  describe(`MeteringChip contract: ${name}`, () => {
    it("initialises, and says what a count is worth", () => {
      const { initialized, chip } = connect(steadyLoad([0, 0]));
      expect(initialized).toBe(PollStatus.ok);
      expect(chip.countNumerator / chip.countDenominator).toBeCloseTo(traits.perCount_mWh, 12);
      expect(chip.phases).toBe(2);
    });

    it("counts 1 kWh in an hour of 1 kW, split phase as the sum of both", () => {
      const meter = connect(steadyLoad([600, 400]));
      for (let i = 0; i < 720; i++) expect(meter.poll(5 * SECOND_US)).toBe(PollStatus.ok);
      expect(meter.counts[countIndex(Quantity.activeDelivered, 0)]).toBe(countsOf(1e6));
      expect(meter.counts[countIndex(Quantity.activeDelivered, 1)]).toBe(countsOf(600e3));
      expect(meter.counts[countIndex(Quantity.activeDelivered, 2)]).toBe(countsOf(400e3));
      expect(meter.counts[countIndex(Quantity.activeReceived, 0)]).toBe(0);
    });

    it("counts the total over the signed sum of phases", () => {
      const meter = connect(steadyLoad([1000, -3000]));
      for (let i = 0; i < 36; i++) meter.poll(5 * SECOND_US);
      expect(meter.counts[countIndex(Quantity.activeDelivered, 0)]).toBe(0);
      expect(meter.counts[countIndex(Quantity.activeReceived, 0)]).toBe(countsOf(100e3));
      expect(meter.counts[countIndex(Quantity.activeDelivered, 1)]).toBe(countsOf(50e3));
      expect(meter.counts[countIndex(Quantity.activeReceived, 2)]).toBe(countsOf(150e3));
    });

    it("brings every count once: registers stay within one count of what flowed", () => {
      fc.assert(
        fc.property(
          fc.integer(),
          fc.integer({ min: 1, max: traits.maxPhases }),
          fc.array(fc.integer({ min: 1, max: 9_000_000 }), { minLength: 1, maxLength: 60 }),
          (seed, phases, waits_us) => {
            const meter = connect(randomLoad(new Random(seed, "load"), phases, true));
            for (const wait_us of waits_us) {
              expect(meter.poll(wait_us)).toBe(PollStatus.ok);
              meter.truth.advanceTo(meter.time.now_us);
              for (let channel = 0; channel < CHANNELS; channel++) {
                const lag = traits.net && channel === 0 ? phases - 1 : 0;
                for (const short of shortfalls(meter, channel)) {
                  expect(short).toBeGreaterThanOrEqual(-lag - 1e-6);
                  expect(short).toBeLessThan(1 + 2 * lag + 1e-6);
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

    describe("tells of the supply", () => {
      const FROM_US = 20.1 * SECOND_US;
      /** By poll, each 5 s, what the chip tells while one disturbance comes and goes. */
      function supplies(disturbance: Partial<Disturbance>, phases = 2): number[] {
        const steady = Object.assign(steadyLoad(Array<number>(phases).fill(100)), { kind: "steady" });
        const whole = { from_us: FROM_US, until_us: FROM_US, phases: 1, share: 1, ...disturbance };
        const meter = connect(new DisturbedLoad(steady, [whole]));
        return Array.from({ length: 12 }, () => {
          expect(meter.poll(5 * SECOND_US)).toBe(PollStatus.ok);
          return meter.sample.supply;
        });
      }
      /** Polls that told of a condition, and of which phases. */
      const told = (supply: number[], condition: number): number[][] =>
        supply.map((bits, poll) => [poll, phasesIn(bits, condition)]).filter(([, phases]) => phases !== 0);
      /** The first poll after the begin is number 4; a poll late is allowed. */
      const expectTold = (polls: number[][], phases: number, last: number): void => {
        expect(polls.length).toBeGreaterThan(0);
        expect(polls[0][0]).toBeGreaterThanOrEqual(4);
        expect(polls[0][0]).toBeLessThanOrEqual(5);
        expect(polls.at(-1)![0]).toBeGreaterThanOrEqual(last - 1);
        expect(polls.at(-1)![0]).toBeLessThanOrEqual(last + 2);
        for (const [, seen] of polls) expect(seen).toBe(phases);
        expect(polls.map(([poll]) => poll)).toEqual(polls.map((_, i) => polls[0][0] + i));
      };
      const bothOr = (phases: number): number => (traits.manyVoltages ? phases : 3);

      it("nothing while nothing is wrong, up to the limits", () => {
        for (const share of [0.79, 1, 1.21])
          expect(supplies({ share, until_us: 60 * SECOND_US })).toEqual(Array(12).fill(0));
      });

      it("a sag that came and went between two polls", () => {
        const supply = supplies({ share: 0.77, until_us: FROM_US + 100_000 });
        expectTold(told(supply, Supply.sag), bothOr(1), 4);
        expect(told(supply, Supply.phaseLoss)).toEqual([]);
      });

      it("a swell that lasts, until it is over", () => {
        const supply = supplies({ share: 1.23, until_us: 41 * SECOND_US });
        expectTold(told(supply, Supply.swell), bothOr(1), 8);
        expect(told(supply, Supply.sag)).toEqual([]);
      });

      // A chip that measures one voltage, or two phases at most, cannot know of the others.
      if (traits.manyVoltages)
        it("a phase that is lost, and which", () => {
          const supply = supplies({ share: 0, phases: 2, until_us: 31 * SECOND_US });
          expectTold(told(supply, Supply.phaseLoss), 2, 6);
        });

      if (traits.maxPhases === 3)
        it("the order of three phases, and nothing of phases that are not wired", () => {
          const wrong = { reversed: true, until_us: 31 * SECOND_US };
          const seen = supplies(wrong, 3).map((bits) => (bits >> Supply.sequence) & 1);
          expect(seen.slice(0, 4)).toEqual([0, 0, 0, 0]);
          expect(seen.slice(5, 7)).toEqual([1, 1]);
          expect(seen.slice(9)).toEqual([0, 0, 0]);
          expect(supplies(wrong, 2)).toEqual(Array(12).fill(0));
        });
    });

    it("measures what flows", () => {
      const meter = connect(steadyLoad([1200, -900], [500, 0]));
      const values = new Measurements();
      meter.time.now_us = 10 * SECOND_US;
      expect(meter.chip.measure(values)).toBe(PollStatus.ok);
      const close = (actual: Int32Array, expected: number[], step: number): void =>
        actual.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(step / 2));
      close(values.activePower_mW, [300_000, 1_200_000, -900_000, 0], traits.powerStep_mW);
      close(values.reactivePower_mvar, [500_000, 500_000, 0, 0], traits.powerStep_mW);
      close(values.apparentPower_mVA, [2_200_000, 1_300_000, 900_000, 0], traits.powerStep_mW);
      expect(Array.from(values.voltage_mV)).toEqual([120_000, 120_000, 0]);
      expect(Array.from(values.current_mA)).toEqual([10_833, 7_500, 0]);
      expect(Array.from(values.powerFactor_permille)).toEqual([136, 923, -1000, 0]);
      expect(Math.abs(values.frequency_mHz - 60_000)).toBeLessThanOrEqual(traits.frequencyStep_mHz / 2);
      expect(values.temperature_dC).toBe(traits.temperature_dC);
    });

    it("starts from nothing when initialised again", () => {
      const meter = connect(steadyLoad([3600], [100]));
      meter.poll(5 * SECOND_US);
      meter.time.now_us += 5 * SECOND_US;
      expect(meter.chip.initialize()).toBe(PollStatus.ok);
      meter.poll(SECOND_US);
      expect(meter.sample.counts[countIndex(Quantity.activeDelivered, 0)]).toBe(countsOf(1000));
    });
  });
}
