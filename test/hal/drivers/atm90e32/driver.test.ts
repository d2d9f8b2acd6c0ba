import { describe, expect, it } from "vitest";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { Register } from "hal/drivers/atm90e32/registers";
import { countIndex, Measurements, PollStatus, Quantity, Supply } from "hal/metering-chip";
import { DisturbedLoad } from "../../../../host-sim/load/disturbed";
import type { Flow, Load } from "../../../../host-sim/load/load";
import { Random } from "../../../../host-sim/random";
import { clockOf, Rig, SECOND_US, steadyLoad } from "../../metering-rig";

const ROUNDING = 1e-6;

function started(...load: Parameters<typeof steadyLoad>): Rig {
  const rig = new Rig(steadyLoad(...load));
  expect(rig.driver.initialize()).toBe(PollStatus.ok);
  return rig;
}

function total(rig: Rig): number {
  return rig.counts[countIndex(Quantity.activeDelivered, 0)];
}

/** Writes on the bus as [address, value], in order. */
function recordWrites(rig: Rig): number[][] {
  const writes: number[][] = [];
  rig.beforeFrame = (frame) => {
    if (frame[0] < 0x80) writes.push([(frame[0] << 8) | frame[1], (frame[2] << 8) | frame[3]]);
  };
  return writes;
}

describe("a poll", () => {
  it("goes on with what is wrong with the supply after a restart of the software", () => {
    const load = Object.assign(steadyLoad([100, 100]), { kind: "steady" });
    const sag = { from_us: 10 * SECOND_US, until_us: 60 * SECOND_US, phases: 2, share: 0.5 };
    const rig = new Rig(new DisturbedLoad(load, [sag]));
    rig.driver.initialize();
    for (let i = 0; i < 5; i++) rig.poll();
    expect(rig.sample.supply).toBe(2 << Supply.sag);
    const again = new Atm90e32({
      spi: rig.chip,
      clock: clockOf(rig.time),
      delay_ms() {},
      phases: 2,
      lineFrequency_Hz: 60,
    });
    expect(again.initialize(true)).toBe(PollStatus.ok);
    again.poll(rig.sample);
    expect(rig.sample.supply).toBe(2 << Supply.sag);
  });

  it("reads one register of the supply while nothing is wrong", () => {
    const rig = new Rig(steadyLoad([100, 100]));
    rig.driver.initialize();
    for (let i = 0; i < 1000; i++) rig.poll();
    const read: number[] = [];
    rig.beforeFrame = (frame) => {
      const address = ((frame[0] & 0x03) << 8) | frame[1];
      if (address >= 0x71 && address <= 0x74) read.push(address);
    };
    for (let i = 0; i < 4; i++) rig.poll();
    // Twice, as every register: two answers are compared.
    expect([...read].sort()).toEqual([0x73, 0x73, 0x73, 0x73, 0x74, 0x74, 0x74, 0x74]);
  });
});

describe("initialization", () => {
  it("resets, waits, unlocks, configures and locks, in the order of the application note", () => {
    const rig = new Rig(steadyLoad([100, 100]));
    const writes = recordWrites(rig);
    expect(rig.driver.initialize()).toBe(PollStatus.ok);
    expect(writes.slice(0, 6)).toEqual([
      [0x70, 0x789a],
      [0x7f, 0x55aa],
      [0x00, 1],
      [0x31, 0x0861],
      [0x32, 0xc468],
      [0x33, 0x1086],
    ]);
    expect(writes.slice(-9)).toEqual([
      [0x2ff, 0x55aa],
      [0x216, 0x5183],
      [0x219, 0x01c1],
      [0x2ff, 0],
      [0x7f, 0],
      // Changes of sags, swells and losses of both phases are kept.
      [0x75, 0x1800],
      [0x73, 0xffff],
      [0x76, 0x6600],
      [0x74, 0xffff],
    ]);
    expect(rig.delayed_ms).toBeGreaterThanOrEqual(2 * 6);
  });

  it("sets the sag threshold by voltage gain, as the datasheet's formula says", () => {
    const words = { ...CALIBRATION, voltageGain: 0x9000 };
    const rig = new Rig(steadyLoad([100]), { calibration: [words] });
    const writes = recordWrites(rig);
    rig.driver.initialize();
    const sag = writes.find(([address]) => address === 0x08)![1];
    expect(sag).toBe(Math.round((0.78 * 120 * 100 * Math.SQRT2) / ((2 * 0x9000) / 32768)));
  });

  it("answers noAnswer on a dead bus, and polling brings the chip up once it is back", () => {
    const rig = new Rig(steadyLoad([1000]));
    rig.bus.stuck = 0xff;
    expect(rig.driver.initialize()).toBe(PollStatus.noAnswer);
    expect(rig.poll()).toBe(PollStatus.noAnswer);
    rig.bus.stuck = undefined;
    expect(rig.poll()).toBe(PollStatus.restarted);
    expect(rig.poll()).toBe(PollStatus.ok);
    expect(total(rig)).toBe(444);
  });

  it("is right on a bus with every fault, whatever command went astray", () => {
    const good = started([1000, 1000]);
    const registers = (rig: Rig) => Array.from({ length: 0x70 }, (_, address) => readRegister(rig, address));
    for (let seed = 1; seed <= 60; seed++) {
      const rig = new Rig(steadyLoad([1000, 1000]), {
        seed,
        faults: { spiNoise: 0.002, spiCommand: 0.002, spiAbort: 0.002 },
      });
      expect(rig.driver.initialize()).toBe(PollStatus.ok);
      expect(registers(rig)).toEqual(registers(good));
    }
  });
});

function readRegister(rig: Rig, address: number): number {
  const frame = new Uint8Array([0x80 | (address >> 8), address & 0xff, 0, 0]);
  rig.chip.transfer(frame);
  return (frame[2] << 8) | frame[3];
}

const CALIBRATION = {
  voltageOffset: 0,
  currentOffset: 0,
  voltageGain: 0x8000,
  currentGain: 0x8000,
  activeOffset: 0,
  reactiveOffset: 0,
  powerGain: 0,
  phaseAngle: 0,
};

describe("a chip that does not answer", () => {
  it.each([0x00, 0xff])("on lines stuck at %i: nothing is taken, nothing invented, nothing lost", (stuck) => {
    const rig = started([1000, 500]);
    rig.poll();
    rig.bus.stuck = stuck;
    for (let i = 0; i < 3; i++) {
      expect(rig.poll()).toBe(PollStatus.noAnswer);
      expect(rig.sample.counts.every((count) => count === 0)).toBe(true);
      expect(Array.from(rig.sample.voltage_mV)).toEqual([0, 0, 0]);
    }
    expect(rig.driver.measure(new Measurements())).toBe(PollStatus.noAnswer);
    rig.bus.stuck = undefined;
    rig.poll();
    expect(rig.excesses().most).toBeLessThan(ROUNDING);
    expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
  });

  it("that stops in the middle of a poll: what was read is held, and counts once it is back", () => {
    for (const stuck of [0x00, 0xff]) {
      const rig = started([1000, 500], [200, 100]);
      rig.poll();
      const from = rig.frames + 10;
      rig.beforeFrame = () => {
        if (rig.frames === from) rig.bus.stuck = stuck;
      };
      expect(rig.poll() & PollStatus.held).toBe(PollStatus.held);
      expect(rig.sample.counts.every((count) => count === 0)).toBe(true);
      expect(rig.poll()).toBe(PollStatus.noAnswer);
      rig.bus.stuck = undefined;
      rig.poll();
      rig.poll();
      expect(rig.excesses().most).toBeLessThanOrEqual(4);
      expect(rig.excess(Quantity.activeDelivered, 0)).toBeGreaterThan(-1 - ROUNDING);
    }
  });
});

describe("a chip that was reset", () => {
  it("is initialised again, and only what it had counted is missing", () => {
    const rig = started([1000, 500]);
    for (let i = 0; i < 10; i++) rig.poll();
    const before = total(rig);
    rig.time.now_us += 2 * SECOND_US;
    rig.chip.brownOut();
    expect(rig.poll(3 * SECOND_US)).toBe(PollStatus.restarted);
    expect(total(rig)).toBe(before);
    for (let i = 0; i < 10; i++) expect(rig.poll()).toBe(PollStatus.ok);
    expect(total(rig)).toBe(2 * before);
  });

  it("while counts were held: they count as far as they are sure", () => {
    const rig = started([1000, 500]);
    rig.poll();
    const from = rig.frames + 10;
    rig.beforeFrame = () => {
      if (rig.frames === from) rig.bus.stuck = 0;
    };
    expect(rig.poll()).toBe(PollStatus.held);
    rig.bus.stuck = undefined;
    rig.chip.brownOut();
    expect(rig.poll()).toBe(PollStatus.restarted | PollStatus.lost);
    for (let i = 0; i < 3; i++) expect(rig.poll()).toBe(PollStatus.ok);
    expect(rig.excesses().most).toBeLessThan(ROUNDING);
    expect(rig.driver.givenUp[0]).toBeGreaterThan(0);
  });
});

describe("the configuration", () => {
  function pollFor(rig: Rig, seconds: number): number {
    let seen = 0;
    for (let i = 0; i < seconds / 5; i++) seen |= rig.poll();
    return seen;
  }

  it("is checked within a minute and written again, without loss of counts", () => {
    const rig = started([1000, 500]);
    expect(pollFor(rig, 120)).toBe(PollStatus.ok);
    rig.chip.upset(Register.SagTh, 0x1234);
    expect(pollFor(rig, 65)).toBe(PollStatus.configuration);
    expect(pollFor(rig, 120)).toBe(PollStatus.ok);
    expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
  });

  it("of a register that the driver does not write: the chip is reset", () => {
    const rig = started([1000, 500]);
    rig.chip.upset(0x07, 0x1234);
    expect(pollFor(rig, 65)).toBe(PollStatus.configuration | PollStatus.restarted);
    expect(pollFor(rig, 120)).toBe(PollStatus.ok);
    expect(readRegister(rig, 0x07)).toBe(0x0001);
  });

  it("is not written again because of noise or a command that went astray", () => {
    const faults = { spiNoise: 0.005, spiCommand: 0.0005 };
    const rig = new Rig(steadyLoad([1000]), { faults });
    rig.driver.initialize();
    expect(pollFor(rig, 86_400) & PollStatus.configuration).toBe(0);
  });
});

describe("late polls", () => {
  it("within a register's range lose nothing, and say that they might have", () => {
    const rig = started([2000, 1000]);
    expect(rig.poll(30 * SECOND_US)).toBe(PollStatus.overflow);
    expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
  });

  it("past full scale are marked, and invent nothing", () => {
    for (const phases of [1, 2]) {
      const rig = started(new Array(phases).fill(24_000), [3000]);
      for (const after of [31, 62, 100, 600, 3600]) {
        expect(rig.poll(after * SECOND_US) & PollStatus.overflow).toBe(PollStatus.overflow);
        for (let i = 0; i < 4; i++) rig.poll();
        expect(rig.excesses().most).toBeLessThanOrEqual(2 * phases);
      }
    }
  });

  it("are not late at full scale on time", () => {
    const rig = started([24_000, 24_000]);
    for (let i = 0; i < 100; i++) expect(rig.poll(5 * SECOND_US)).toBe(PollStatus.ok);
    expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
  });
});

describe("time that passes while a poll is read", () => {
  /** Up to 22 kW either way a leg, another every few seconds. */
  const restless = (random: Random): Load => ({
    phases: 2,
    flowAt(at_us: number, flow: Flow): number {
      for (let phase = 0; phase < 2; phase++) {
        flow.activePower_mW[phase] = random.below(28e6) - 6e6;
        flow.reactivePower_mvar[phase] = random.below(4e6);
      }
      return at_us + 1 + random.below(20e6);
    },
  });

  it.each([50, 400])(
    "%i us a frame: what flows between total and phases is not taken for a loss",
    (frame_us) => {
      const rig = new Rig(restless(new Random(3, "load")));
      rig.driver.initialize();
      rig.beforeFrame = () => {
        rig.time.now_us += frame_us;
      };
      for (let i = 0; i < 5000; i++) rig.poll();
      expect(rig.seen).toBe(PollStatus.ok);
      rig.beforeFrame = () => {};
      rig.poll(0);
      expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
      expect(rig.excesses().most).toBeLessThan(ROUNDING);
    },
  );
});

describe("measurements", () => {
  it("are not torn by an update between the two words", () => {
    // 20.97152 W is 65,536 units of 0.32 mW: the two powers differ in both words.
    const powers_mW = [20_971, 20_972];
    let turn = 0;
    const rig = new Rig({
      phases: 1,
      flowAt(at_us: number, flow: Flow): number {
        flow.activePower_mW[0] = powers_mW[turn++ % 2];
        flow.voltage_mV[0] = 120_000;
        return at_us + 333_333;
      },
    });
    rig.driver.initialize();
    rig.beforeFrame = () => {
      rig.time.now_us += 3_001;
    };
    const into = new Measurements();
    for (let i = 0; i < 500; i++) {
      rig.driver.measure(into);
      expect(powers_mW).toContain(into.activePower_mW[0]);
    }
  });

  it("are doubled where the chip shows half the current, and so is what a count is worth", () => {
    const half = { ...CALIBRATION, currentGain: 0x4000 };
    const rig = new Rig(steadyLoad([20_000], [0], 230), { calibration: [half], currentScale: 2 });
    rig.driver.initialize();
    rig.poll(7 * SECOND_US);
    expect(rig.driver.countNumerator / rig.driver.countDenominator).toBe(6.25);
    expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
    expect(rig.excesses().most).toBeLessThan(ROUNDING);
    const into = new Measurements();
    rig.driver.measure(into);
    expect(into.activePower_mW[1]).toBe(20_000_000);
    expect(into.current_mA[0]).toBeGreaterThan(86_950);
    expect(into.current_mA[0]).toBeLessThan(86_960);
  });
});
