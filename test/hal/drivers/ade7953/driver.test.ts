import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Register } from "hal/drivers/ade7953/registers";
import { CHANNELS, countIndex, Measurements, PollStatus, QUANTITIES, Quantity } from "hal/metering-chip";
import type { Flow, Load } from "../../../../host-sim/load/load";
import { Turns } from "../../../../host-sim/load/turns";
import { Random } from "../../../../host-sim/random";
import { Ade7953Rig, randomLoad, SECOND_US, steadyLoad } from "../../metering-rig";

const ROUNDING = 1e-6;
const COUNTS_PER_MWH = 30;

function started(...load: Parameters<typeof steadyLoad>): Ade7953Rig {
  const rig = new Ade7953Rig(steadyLoad(...load));
  expect(rig.driver.initialize()).toBe(PollStatus.ok);
  return rig;
}

function pollFor(rig: Ade7953Rig, seconds: number): number {
  let seen = 0;
  for (let i = 0; i < seconds; i++) seen |= rig.poll(SECOND_US);
  return seen;
}

function total(rig: Ade7953Rig, quantity: number = Quantity.activeDelivered): number {
  return rig.counts[countIndex(quantity, 0)];
}

/** Power that is another every `period_us`, one after the other of `powers_W` by phase. */
function alternating(period_us: number, ...powers_W: number[][]): Load {
  return {
    phases: powers_W[0].length,
    flowAt(at_us: number, flow: Flow): number {
      const step = Math.floor(at_us / period_us);
      const now_W = powers_W[((step % powers_W.length) + powers_W.length) % powers_W.length];
      for (let phase = 0; phase < now_W.length; phase++) flow.activePower_mW[phase] = now_W[phase] * 1000;
      flow.voltage_mV[0] = 230_000;
      return (step + 1) * period_us;
    },
  };
}

/** Writes on the bus as [address, value], in order. */
function recordWrites(rig: Ade7953Rig): number[][] {
  const writes: number[][] = [];
  rig.beforeFrame = (frame) => {
    if (frame[2] !== 0) return;
    writes.push([(frame[0] << 8) | frame[1], frame.slice(3).reduce((value, byte) => value * 256 + byte, 0)]);
  };
  return writes;
}

describe("initialization", () => {
  it("resets, waits, locks the bus, and opens the reserved register right before it is written", () => {
    const rig = new Ade7953Rig(steadyLoad([100, 100]));
    const writes = recordWrites(rig);
    expect(rig.driver.initialize()).toBe(PollStatus.ok);
    expect(writes.slice(0, 5)).toEqual([
      [0x102, 0x8084],
      [0x102, 0x0004],
      [0x0fe, 0xad],
      [0x120, 0x30],
      [0x004, 0x00],
    ]);
    expect(rig.delayed_ms).toBeGreaterThan(0);
    expect(rig.delayed_ms).toBeLessThanOrEqual(100);
  });

  it("waits 100 ms at most for the reset flag", () => {
    const rig = new Ade7953Rig(steadyLoad([100]));
    rig.deliver = (frame) => {
      const interrupts = frame[0] === 0x03 && frame[1] === 0x2d;
      rig.chip.transfer(frame);
      if (interrupts) frame.fill(0, 3);
    };
    expect(rig.driver.initialize()).toBe(PollStatus.ok);
    expect(rig.delayed_ms).toBe(100);
  });

  it("answers noAnswer on a dead bus, and polling brings the chip up once it is back", () => {
    for (const stuck of [0x00, 0xff]) {
      const rig = new Ade7953Rig(steadyLoad([1000]));
      rig.bus.stuck = stuck;
      expect(rig.driver.initialize()).toBe(PollStatus.noAnswer);
      expect(rig.poll(SECOND_US)).toBe(PollStatus.noAnswer);
      rig.bus.stuck = undefined;
      expect(rig.poll(SECOND_US)).toBe(PollStatus.restarted);
      expect(rig.poll(SECOND_US)).toBe(PollStatus.ok);
      expect(total(rig)).toBe(Math.floor((1e6 / 3600) * COUNTS_PER_MWH));
    }
  });
});

describe("energy, split by sign poll by poll", () => {
  it("is exact for a load that turns between polls only, but for a count a turn", () => {
    const rig = new Ade7953Rig(alternating(10 * SECOND_US, [700, 300], [-400, -900]));
    rig.driver.initialize();
    expect(pollFor(rig, 3600)).toBe(PollStatus.ok);
    for (const channel of [0, 1, 2]) {
      for (const quantity of [Quantity.activeDelivered, Quantity.activeReceived]) {
        expect(Math.abs(rig.excess(quantity, channel))).toBeLessThanOrEqual(360 * 2);
      }
    }
    expect(total(rig)).toBeGreaterThan(14_990_000);
    expect(rig.driver.turnedPolls).toBe(359);
  });

  it("is net where the load turns between two polls, equal amounts missing from both directions", () => {
    const rig = new Ade7953Rig(alternating(0.4 * SECOND_US, [3000], [-1000]));
    const turns = new Turns(rig.driver, rig.truth, rig.time);
    rig.driver.initialize();
    for (let i = 0; i < 3600; i++) {
      rig.time.now_us += SECOND_US;
      turns.poll(rig.sample);
      for (let k = 0; k < rig.counts.length; k++) rig.counts[k] += rig.sample.counts[k];
    }
    const missing = -rig.excess(Quantity.activeDelivered, 1);
    expect(missing / COUNTS_PER_MWH).toBeCloseTo(turns.cancelled_mWh, 0);
    expect(turns.cancelled_mWh).toBeGreaterThan(400_000);
    expect(rig.excess(Quantity.activeReceived, 1)).toBeCloseTo(-missing, -1);
    expect(total(rig)).toBeGreaterThan(29_000_000);
    expect(rig.driver.turnedPolls).toBe(0);
  });

  it("of two phases that cancel out is no energy of the total, delivered or received", () => {
    const rig = started([1234.567, -1234.567]);
    pollFor(rig, 3600);
    expect(total(rig)).toBe(0);
    expect(total(rig, Quantity.activeReceived)).toBe(0);
    expect(rig.counts[countIndex(Quantity.activeReceived, 2)]).toBeGreaterThan(37_000_000);
  });

  it("of loads that turn often: net exact, each direction what polls can tell", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 2 }),
        fc.array(fc.integer({ min: 1, max: 3_000_000 }), { minLength: 1, maxLength: 200 }),
        (seed, phases, waits_us) => {
          const rig = new Ade7953Rig(restless(new Random(seed, "load"), phases));
          rig.driver.initialize();
          const turns = new Turns(rig.driver, rig.truth, rig.time);
          for (const wait_us of waits_us) {
            rig.time.now_us += wait_us;
            expect(turns.poll(rig.sample)).toBe(PollStatus.ok);
            for (let k = 0; k < rig.counts.length; k++) rig.counts[k] += rig.sample.counts[k];
            const delivered = rig.excess(Quantity.activeDelivered, 0);
            const received = rig.excess(Quantity.activeReceived, 0);
            expect(Math.abs(delivered - received)).toBeLessThan(2 * phases + ROUNDING);
            const cancelled = turns.cancelled_mWh * COUNTS_PER_MWH;
            const tolerance = 4 * phases * (1 + turns.turns) + ROUNDING;
            expect(Math.abs(delivered + cancelled)).toBeLessThan(tolerance);
            expect(Math.abs(received + cancelled)).toBeLessThan(tolerance);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("of loads that do not turn: every count once, in each direction", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 2 }),
        fc.array(fc.integer({ min: 1, max: 30_000_000 }), { minLength: 1, maxLength: 60 }),
        (seed, phases, waits_us) => {
          const rig = new Ade7953Rig(randomLoad(new Random(seed, "load"), phases, false));
          rig.driver.initialize();
          for (const wait_us of waits_us) {
            expect(rig.poll(wait_us)).toBe(PollStatus.ok);
            for (const quantity of [Quantity.activeDelivered, Quantity.activeReceived, Quantity.apparent]) {
              for (let channel = 0; channel <= phases; channel++) {
                const lag = channel === 0 ? 2 * (phases - 1) : 0;
                expect(rig.excess(quantity, channel)).toBeLessThan(ROUNDING);
                expect(rig.excess(quantity, channel)).toBeGreaterThan(-1 - lag - ROUNDING);
              }
            }
          }
          expect(rig.driver.turnedPolls).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("goes on where the 24 bits wrap, up and down", () => {
    const rig = new Ade7953Rig(alternating(600 * SECOND_US, [11_000, -9_000], [-10_000, 12_000]));
    rig.driver.initialize();
    expect(pollFor(rig, 7200)).toBe(PollStatus.ok);
    expect(rig.counts[countIndex(Quantity.activeDelivered, 1)]).toBeGreaterThan(10 * 2 ** 24);
    for (const channel of [0, 1, 2])
      expect(Math.abs(rig.excess(0, channel) - rig.excess(1, channel))).toBeLessThan(4);
  });
});

/** Anything from 20 kW either way a leg, for a moment or seconds. */
function restless(random: Random, phases: number): Load {
  return {
    phases,
    flowAt(at_us: number, flow: Flow): number {
      for (let phase = 0; phase < phases; phase++) {
        const scale_mW = [10, 5_000, 1_000_000, 20_000_000][random.below(4)];
        flow.activePower_mW[phase] = Math.round(random.between(-1, 1) * scale_mW);
        flow.reactivePower_mvar[phase] = Math.round(random.between(-0.3, 0.3) * scale_mW);
      }
      return at_us + 1 + random.below(2e6);
    },
  };
}

describe("late polls", () => {
  it("up to 40 s at full scale lose nothing", () => {
    const rig = started([24_000, -24_000]);
    for (let i = 0; i < 20; i++) expect(rig.poll(40 * SECOND_US)).toBe(PollStatus.ok);
    expect(rig.excess(Quantity.activeDelivered, 1)).toBeGreaterThan(-1 - ROUNDING);
    expect(rig.excess(Quantity.activeReceived, 2)).toBeGreaterThan(-1 - ROUNDING);
  });

  it("after that are believed as long as they have one meaning", () => {
    const rig = started([2_000]);
    for (let i = 0; i < 20; i++) expect(rig.poll(60 * SECOND_US)).toBe(PollStatus.ok);
    expect(rig.excess(Quantity.activeDelivered, 1)).toBeGreaterThan(-1 - ROUNDING);
  });

  it("that could mean two things are lost, said so, and invent nothing", () => {
    const rig = started([24_000, 24_000], [3000]);
    for (const after of [60, 100, 600, 3600]) {
      expect(rig.poll(after * SECOND_US)).toBe(PollStatus.lost | PollStatus.overflow);
      expect(pollFor(rig, 4)).toBe(PollStatus.ok);
      expect(rig.excesses().most).toBeLessThan(ROUNDING);
    }
    const before = total(rig);
    pollFor(rig, 60);
    expect(total(rig) - before).toBe((48_000 * 60 * COUNTS_PER_MWH) / 3.6);
  });
});

describe("time that passes while a poll is read", () => {
  it.each([50, 400])(
    "%i us a frame: what accumulators count meanwhile is neither lost nor doubted",
    (frame_us) => {
      const rig = new Ade7953Rig(restless(new Random(3, "load"), 2));
      rig.driver.initialize();
      rig.beforeFrame = () => {
        rig.time.now_us += frame_us;
      };
      for (let i = 0; i < 3000; i++) rig.poll(SECOND_US);
      expect(rig.seen & ~PollStatus.noise).toBe(PollStatus.ok);
      expect(rig.frames / 3000).toBeLessThan(40);
      rig.beforeFrame = () => {};
      rig.poll(0);
      for (const channel of [0, 1, 2])
        expect(Math.abs(rig.excess(0, channel) - rig.excess(1, channel))).toBeLessThan(4);
    },
  );
});

describe("measurements", () => {
  it("are not there while the chip does not answer or has been reset", () => {
    const rig = started([1000]);
    const into = new Measurements();
    rig.bus.stuck = 0;
    expect(rig.driver.measure(into)).toBe(PollStatus.noAnswer);
    rig.bus.stuck = undefined;
    rig.chip.reset();
    expect(rig.driver.measure(into)).toBe(PollStatus.noAnswer);
  });

  it("tell the frequency by the period, at 50 Hz too", () => {
    const rig = new Ade7953Rig({
      phases: 1,
      flowAt(_, flow): number {
        flow.frequency_mHz = 50_000;
        return Infinity;
      },
    });
    rig.driver.initialize();
    const into = new Measurements();
    rig.driver.measure(into);
    expect(into.frequency_mHz).toBe(50_000);
  });
});

describe("the configuration", () => {
  it("is checked within a minute and written again, without loss of counts", () => {
    const rig = started([1000, 500]);
    expect(pollFor(rig, 120)).toBe(PollStatus.ok);
    rig.chip.upset(Register.AP_NOLOAD, 0x1234);
    expect(pollFor(rig, 65)).toBe(PollStatus.configuration);
    expect(pollFor(rig, 120)).toBe(PollStatus.ok);
    expect(rig.excesses().least).toBeGreaterThan(-3 - ROUNDING);
  });
});

it("counts fit the whole range of quantities and channels", () => {
  const rig = started([1000, -500], [200, -100]);
  pollFor(rig, 10);
  expect(Array.from(rig.sample.counts).filter((count) => count > 0)).toHaveLength(9);
  expect(rig.sample.counts).toHaveLength(QUANTITIES * CHANNELS);
});
