import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventCode, QUIET_ms } from "firmware/events/log";
import { REGISTERS, REGISTER_QUANTITIES, RegisterQuantity, registerIndex } from "firmware/registers/obis";
import { CHANNELS, PollStatus, QUANTITIES, Quantity, countIndex } from "hal/metering-chip";
import { ScriptedChip, ScriptedMeter } from "../../support/scripted-meter";

const { activeDelivered, activeReceived, reactivePositive, reactiveNegative, apparent } = Quantity;
const MIDNIGHT_ms = 1_772_323_200_000;

/** Polls a meter once for each set of counts of the total. */
function pollTotals(...polls: [delivered: number, received: number, positive: number, negative: number][]) {
  const meter = new ScriptedMeter(new UnitChip());
  for (const counts of polls) {
    [activeDelivered, activeReceived, reactivePositive, reactiveNegative].forEach((quantity, i) => {
      meter.chip.pending[countIndex(quantity, 0)] = counts[i];
    });
    meter.registers.poll();
  }
  const total = (quantity: number): number => meter.registers.energy[registerIndex(quantity, 0)];
  const { quadrant1, quadrant2, quadrant3, quadrant4 } = RegisterQuantity;
  return { quadrants: [quadrant1, quadrant2, quadrant3, quadrant4].map(total), registers: meter.registers };
}

/** One count is one unit. */
class UnitChip extends ScriptedChip {
  override readonly countNumerator = 1;
  override readonly countDenominator = 1;
}

class RatioChip extends ScriptedChip {
  constructor(
    override readonly countNumerator: number,
    override readonly countDenominator: number,
  ) {
    super(3);
  }
}

const countsArbitrary = fc.array(fc.oneof(fc.constant(0), fc.nat(100), fc.nat(65_535)), {
  minLength: QUANTITIES * CHANNELS,
  maxLength: QUANTITIES * CHANNELS,
});

describe("the registers", () => {
  it("are the counts times their ratio, to the unit, by BigInt", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(countsArbitrary, { maxLength: 50 }),
        (numerator, denominator, polls) => {
          const meter = new ScriptedMeter(new RatioChip(numerator, denominator));
          const exact = (quantity: number, channel: number): bigint =>
            (BigInt(meter.chip.taken[countIndex(quantity, channel)]) * BigInt(numerator)) /
            BigInt(denominator);
          for (const counts of polls) {
            meter.chip.pending.set(counts);
            meter.registers.poll();
          }
          const energy = meter.registers.energy;
          for (let channel = 0; channel < CHANNELS; channel++) {
            const of = (quantity: number): bigint => BigInt(energy[registerIndex(quantity, channel)]);
            expect(of(RegisterQuantity.activeDelivered)).toBe(exact(activeDelivered, channel));
            expect(of(RegisterQuantity.activeReceived)).toBe(exact(activeReceived, channel));
            expect(of(RegisterQuantity.apparent)).toBe(exact(apparent, channel));
            // Each quadrant has a remainder of its own, so the sum of two may lack one unit.
            const positive = of(RegisterQuantity.quadrant1) + of(RegisterQuantity.quadrant2);
            const negative = of(RegisterQuantity.quadrant3) + of(RegisterQuantity.quadrant4);
            expect(exact(reactivePositive, channel) - positive).toBeLessThanOrEqual(1n);
            expect(exact(reactivePositive, channel) - positive).toBeGreaterThanOrEqual(0n);
            expect(exact(reactiveNegative, channel) - negative).toBeLessThanOrEqual(1n);
            expect(exact(reactiveNegative, channel) - negative).toBeGreaterThanOrEqual(0n);
          }
        },
      ),
    );
  });

  it("never go back, and only wired phases count", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(countsArbitrary, { maxLength: 20 }),
        (phases, polls) => {
          const meter = new ScriptedMeter(new ScriptedChip(phases));
          let before = [...meter.registers.energy];
          for (const counts of polls) {
            meter.chip.pending.set(counts);
            meter.registers.poll();
            const now = [...meter.registers.energy];
            now.forEach((energy, i) => expect(energy).toBeGreaterThanOrEqual(before[i]));
            before = now;
          }
          for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++)
            for (let channel = phases + 1; channel < CHANNELS; channel++)
              expect(meter.registers.energy[registerIndex(quantity, channel)]).toBe(0);
        },
      ),
    );
  });

  it("pass 2^31, 2^32 and 2^52 without a seam", () => {
    for (const power of [31, 32, 52]) {
      const meter = new ScriptedMeter();
      const index = registerIndex(RegisterQuantity.activeDelivered, 0);
      meter.registers.energy[index] = 2 ** power - 3;
      meter.chip.pending[countIndex(activeDelivered, 0)] = 1;
      meter.registers.poll();
      expect(meter.registers.energy[index]).toBe(2 ** power);
      meter.chip.pending[countIndex(activeDelivered, 0)] = 7;
      meter.registers.poll();
      // 8 counts of 3.125 mWh in all.
      expect(meter.registers.energy[index]).toBe(2 ** power - 3 + 25);
    }
  });

  it("take large counts as they are", () => {
    const meter = new ScriptedMeter();
    meter.chip.pending[countIndex(apparent, 2)] = 2 ** 31 - 1;
    meter.registers.poll();
    expect(meter.registers.energy[registerIndex(RegisterQuantity.apparent, 2)]).toBe(6_710_886_396);
  });

  it("have as many as they say", () => {
    expect(new ScriptedMeter().registers.energy.length).toBe(REGISTERS);
    expect(REGISTERS).toBe(28);
  });
});

describe("reactive energy goes to the quadrants", () => {
  it("I and IV while energy is delivered, II and III while it is received", () => {
    expect(pollTotals([10, 0, 5, 0], [10, 0, 0, 3]).quadrants).toEqual([5, 0, 0, 3]);
    expect(pollTotals([0, 10, 5, 0], [0, 10, 0, 3]).quadrants).toEqual([0, 5, 3, 0]);
  });

  it("in proportion in a poll with both directions, which is counted", () => {
    const { quadrants, registers } = pollTotals([3, 1, 10, 7], [1, 0, 0, 0]);
    expect(quadrants).toEqual([7, 3, 2, 5]);
    expect(registers.turnedPolls).toBe(1);
  });

  it("by the last direction where no active energy was counted", () => {
    expect(pollTotals([0, 0, 4, 2]).quadrants).toEqual([4, 0, 0, 2]);
    expect(pollTotals([0, 1, 0, 0], [0, 0, 4, 2]).quadrants).toEqual([0, 4, 2, 0]);
    expect(pollTotals([0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 4, 2]).quadrants).toEqual([4, 0, 0, 2]);
    // A poll with both directions leaves the last direction as it was.
    expect(pollTotals([0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 4, 2]).quadrants).toEqual([0, 4, 2, 0]);
  });

  it("with no count lost or made, for each phase on its own", () => {
    fc.assert(
      fc.property(fc.array(countsArbitrary, { maxLength: 20 }), (polls) => {
        const meter = new ScriptedMeter(new RatioChip(1, 1));
        for (const counts of polls) {
          meter.chip.pending.set(counts);
          meter.registers.poll();
        }
        const { energy } = meter.registers;
        for (let channel = 0; channel < CHANNELS; channel++) {
          const [q1, q2, q3, q4] = [2, 3, 4, 5].map((quantity) => energy[registerIndex(quantity, channel)]);
          expect(q1 + q2).toBe(meter.chip.taken[countIndex(reactivePositive, channel)]);
          expect(q3 + q4).toBe(meter.chip.taken[countIndex(reactiveNegative, channel)]);
        }
      }),
    );
  });
});

describe("net metering", () => {
  it("keeps delivered and received apart, in the total and in each leg", () => {
    const meter = new ScriptedMeter(new UnitChip());
    const set = (quantity: number, [total, a, b]: [number, number, number]): void => {
      [total, a, b].forEach((count, channel) => (meter.chip.pending[countIndex(quantity, channel)] = count));
    };
    // Leg A imports 5 while leg B exports 8: the total exports 3.
    set(activeDelivered, [0, 5, 0]);
    set(activeReceived, [3, 0, 8]);
    set(reactivePositive, [4, 2, 2]);
    meter.registers.poll();
    const values = (quantity: number): number[] =>
      [0, 1, 2].map((channel) => meter.registers.energy[registerIndex(quantity, channel)]);
    expect(values(RegisterQuantity.activeDelivered)).toEqual([0, 5, 0]);
    expect(values(RegisterQuantity.activeReceived)).toEqual([3, 0, 8]);
    expect(values(RegisterQuantity.quadrant1)).toEqual([0, 2, 0]);
    expect(values(RegisterQuantity.quadrant2)).toEqual([4, 0, 2]);
  });
});

describe("polling", () => {
  it("falls on multiples of its period in UTC once the time is known, whatever the crystal", () => {
    const meter = new ScriptedMeter();
    const polledUtc_ms: number[] = [];
    meter.registers.listen({
      polled: () => polledUtc_ms.push(meter.registers.polledUtc_ms),
      clockSet: () => polledUtc_ms.push(-1),
    });
    meter.clock.advance(1234);
    meter.registers.start();
    meter.clock.advance(12_000);
    meter.utc.set(MIDNIGHT_ms + 777);
    meter.clock.advance(10_000);
    meter.utc.set(MIDNIGHT_ms + 10_777 - 900);
    meter.clock.advance(600_000);
    const aligned = polledUtc_ms.splice(4);
    expect(polledUtc_ms).toEqual([0, 0, 0, -1]);
    expect(aligned.length).toBe(122);
    aligned.forEach((utc_ms, i) => expect(utc_ms).toBe(MIDNIGHT_ms + 5000 * (i + 1)));
  });

  it("begins half a second after the start, also where the time is known", () => {
    for (const known of [false, true]) {
      const meter = new ScriptedMeter();
      if (known) meter.utc.set(MIDNIGHT_ms);
      meter.registers.start();
      const before = meter.registers.polls;
      meter.clock.advance(499);
      expect(meter.registers.polls).toBe(before);
      meter.clock.advance(1);
      expect(meter.registers.polls).toBe(before + 1);
    }
  });

  it("makes one poll after a stall, and goes on in step", () => {
    const meter = new ScriptedMeter();
    meter.utc.set(MIDNIGHT_ms);
    meter.registers.start();
    meter.clock.advance(5000);
    const before = meter.registers.polls;
    meter.clock.stall(32_000);
    expect(meter.registers.polls).toBe(before + 1);
    meter.clock.advance(3000);
    expect(meter.registers.polls).toBe(before + 2);
    expect(meter.registers.polledUtc_ms).toBe(MIDNIGHT_ms + 40_000);
  });

  it("measures when asked, not with every poll", () => {
    const meter = new ScriptedMeter();
    let measured = 0;
    const measure = meter.chip.measure.bind(meter.chip);
    meter.chip.measure = (into) => {
      measured++;
      return measure(into);
    };
    meter.registers.start();
    meter.clock.advance(3_600_000);
    expect(measured).toBe(0);
    meter.registers.measure();
    expect(measured).toBe(1);
    expect(meter.registers.measurements.temperature_dC).toBe(250);
  });

  it("makes one event of each fault", () => {
    const meter = new ScriptedMeter();
    meter.registers.start();
    const faults: [number, number][] = [
      [PollStatus.noAnswer, EventCode.chipSilent],
      [PollStatus.held, EventCode.countsHeld],
      [PollStatus.lost, EventCode.countsLost],
      [PollStatus.restarted, EventCode.chipRestarted],
      [PollStatus.configuration, EventCode.configurationRepaired],
      [PollStatus.overflow, EventCode.chipOverflow],
      [PollStatus.noise, EventCode.busNoise],
    ];
    for (const [status] of faults) {
      meter.chip.status = status;
      meter.clock.advance(120_000);
    }
    expect(meter.codes()).toEqual(faults.map(([, code]) => code));
    meter.chip.status = PollStatus.ok;
    meter.clock.advance(QUIET_ms);
    meter.chip.status = PollStatus.lost | PollStatus.noise;
    meter.clock.advance(3_600_000);
    expect(meter.codes().length).toBe(faults.length + 2);
  });
});
