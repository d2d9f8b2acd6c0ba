import { describe, expect, it } from "vitest";
import { Register } from "hal/drivers/ade7953/registers";
import { countIndex, Measurements, PollStatus, Quantity } from "hal/metering-chip";
import type { Faults } from "../../../../host-sim/options";
import { Random } from "../../../../host-sim/random";
import {
  ADE7953_BUSES,
  Ade7953Rig,
  randomLoad,
  SECOND_US,
  steadyLoad,
  type Ade7953Over,
} from "../../metering-rig";

const ROUNDING = 1e-6;
const HOUR_S = 3600;
/** What totals of two phases may lag behind. */
const LAG = 2;

function started(over: Ade7953Over, active_W: number[], reactive_var: number[] = []): Ade7953Rig {
  const rig = new Ade7953Rig(steadyLoad(active_W, reactive_var), { over });
  expect(rig.driver.initialize()).toBe(PollStatus.ok);
  rig.poll(SECOND_US);
  rig.poll(SECOND_US);
  return rig;
}

/** What an accumulator shows is rounded down, so that energy received may be a count more than flowed. */
function expectExact(rig: Ade7953Rig): void {
  expect(rig.excesses().most).toBeLessThan(1 + ROUNDING);
  expect(rig.excesses().least).toBeGreaterThan(-1 - LAG - ROUNDING);
}

function readRegister(rig: Ade7953Rig, address: number, width: number): number {
  const frame = new Uint8Array(3 + width);
  frame[0] = address >> 8;
  frame[1] = address;
  frame[2] = 0x80;
  rig.chip.transfer(frame);
  return frame.slice(3).reduce((value, byte) => value * 256 + byte, 0);
}

describe.each(ADE7953_BUSES)("noise on the answers, over %s", (over) => {
  it.each([0.0001, 0.001, 0.01])("in a share %d of frames changes nothing", (spiNoise) => {
    const rig = new Ade7953Rig(randomLoad(new Random(2, "load"), 2, false), {
      over,
      faults: { spiNoise },
      seed: 2,
    });
    expect(rig.driver.initialize()).toBe(PollStatus.ok);
    for (let i = 0; i < 4 * HOUR_S; i++) {
      rig.poll(SECOND_US);
      if (i % 60 === 0) expect(rig.excess(Quantity.activeDelivered, 1)).toBeLessThan(ROUNDING);
    }
    expect(rig.seen & ~PollStatus.noise).toBe(PollStatus.ok);
    expect(rig.seen).toBe(PollStatus.noise);
    for (const quantity of [Quantity.activeDelivered, Quantity.activeReceived, Quantity.apparent]) {
      for (const channel of [0, 1, 2]) {
        expect(rig.excess(quantity, channel)).toBeLessThan(ROUNDING);
        expect(rig.excess(quantity, channel)).toBeGreaterThan(-1 - LAG - ROUNDING);
      }
    }
  });
});

describe.each(ADE7953_BUSES)("commands that are hit and frames that are cut off, over %s", (over) => {
  const faults: [string, Partial<Faults>][] = [
    ["commands", { spiCommand: 0.001 }],
    ["cut frames", { spiAbort: 0.001 }],
    ["all together", { spiNoise: 0.001, spiCommand: 0.001, spiAbort: 0.001 }],
  ];

  it.each(faults)("cost nothing: what is not read now is read later (%s)", (_name, faults) => {
    for (let seed = 1; seed <= 4; seed++) {
      const rig = new Ade7953Rig(randomLoad(new Random(seed, "load"), 2, true), { over, faults, seed });
      expect(rig.driver.initialize()).toBe(PollStatus.ok);
      for (let i = 0; i < HOUR_S; i++) rig.poll(SECOND_US);
      // The last poll may have been refused; one that is not has it all.
      while ((rig.poll(SECOND_US) & ~PollStatus.noise) !== PollStatus.ok);
      expect(rig.seen & (PollStatus.lost | PollStatus.restarted)).toBe(PollStatus.ok);
      for (const channel of [0, 1, 2]) {
        const net =
          rig.excess(Quantity.activeDelivered, channel) - rig.excess(Quantity.activeReceived, channel);
        expect(Math.abs(net)).toBeLessThan(4);
      }
      expectExactApparent(rig);
    }
  });

  function expectExactApparent(rig: Ade7953Rig): void {
    expect(rig.excess(Quantity.apparent, 1)).toBeLessThan(ROUNDING);
    expect(rig.excess(Quantity.apparent, 1)).toBeGreaterThan(-1 - ROUNDING);
  }

  it("leave no register wrong after initialization", () => {
    const good = started(over, [1000, 1000]);
    const configured = [
      0x001, 0x004, 0x007, 0x008, 0x009, 0x102, 0x108, 0x109, 0x120, 0x301, 0x303, 0x304, 0x380,
    ];
    const registers = (rig: Ade7953Rig) =>
      configured.map((address) => readRegister(rig, address, 1 + (address >> 8)));
    for (let seed = 1; seed <= 60; seed++) {
      const faults = { spiNoise: 0.002, spiCommand: 0.002, spiAbort: 0.002 };
      const rig = new Ade7953Rig(steadyLoad([1000, 1000]), { over, seed, faults });
      expect(rig.driver.initialize()).toBe(PollStatus.ok);
      expect(registers(rig)).toEqual(registers(good));
    }
  });
});

describe.each(["spi", "i2c"] as const)(
  "one fault on one frame of a poll, whichever it is, over %s",
  (over) => {
    const loads: [string, number[], number[]][] = [
      ["one phase", [1200], [300]],
      ["split phase", [1200, 800], [300, -100]],
      ["the sun on one leg", [3000, -2000], [200, 100]],
      ["an idle leg", [0, 1000], []],
      ["nothing", [0, 0], []],
    ];
    /** Behind the pins of I2C are the same frames. */
    const tried = over === "spi" ? loads : loads.slice(2, 3);
    const FRAMES = 70;

    /** Runs each fault at each frame of a poll, on a meter in quiet times and on one that is new. */
    function eachFault(
      active_W: number[],
      reactive_var: number[],
      variants: number,
      hit: (rig: Ade7953Rig, frame: Uint8Array, variant: number) => void,
    ): void {
      for (let variant = 0; variant < variants; variant++) {
        for (let frame = 0; frame < FRAMES; frame++) {
          const rig = started(over, active_W, reactive_var);
          const at = rig.frames + 1 + frame;
          rig.deliver = (buffer) => {
            if (rig.frames === at) hit(rig, buffer, variant);
            else rig.chip.transfer(buffer);
          };
          rig.poll(SECOND_US);
          if (rig.frames < at) break;
          rig.poll(SECOND_US);
          expectExact(rig);
          expect(rig.seen & (PollStatus.lost | PollStatus.restarted | PollStatus.held)).toBe(PollStatus.ok);
        }
      }
    }

    it.each(tried)("an inverted bit of the answer: exact (%s)", (_name, active_W, reactive_var) => {
      eachFault(active_W, reactive_var, 32, (rig, buffer, bit) => {
        rig.chip.transfer(buffer);
        const byte = 3 + (bit >> 3);
        if (byte < buffer.length) buffer[byte] ^= 1 << (bit & 7);
      });
    });

    it.each(tried)("an inverted bit of the command: exact (%s)", (_name, active_W, reactive_var) => {
      eachFault(active_W, reactive_var, 24, (rig, buffer, bit) => {
        buffer[bit >> 3] ^= 1 << (bit & 7);
        rig.chip.transfer(buffer);
      });
    });

    it.each(tried)("a frame cut off: exact (%s)", (_name, active_W, reactive_var) => {
      eachFault(active_W, reactive_var, 56, (rig, buffer, clocks) =>
        rig.chip.shift(buffer, Math.min(clocks, 8 * buffer.length)),
      );
    });
  },
);

describe.each(ADE7953_BUSES)("a chip that does not answer, over %s", (over) => {
  it.each([0x00, 0xff])("on lines stuck at %i: nothing is taken, nothing invented, nothing lost", (stuck) => {
    const rig = started(over, [1000, -500]);
    rig.stuck = stuck;
    for (let i = 0; i < 30; i++) {
      expect(rig.poll(SECOND_US)).toBe(PollStatus.noAnswer);
      expect(rig.sample.counts.every((count) => count === 0)).toBe(true);
      expect(Array.from(rig.sample.voltage_mV)).toEqual([0, 0, 0]);
    }
    expect(rig.driver.measure(new Measurements())).toBe(PollStatus.noAnswer);
    rig.stuck = undefined;
    expect(rig.poll(SECOND_US) & ~PollStatus.noise).toBe(PollStatus.ok);
    expectExact(rig);
  });

  it.each([0x00, 0xff])("on lines stuck at %i for any part of a poll: likewise", (stuck) => {
    for (let from = 0; from < 30; from++) {
      for (let to = from + 1; to <= 60; to += 7) {
        const rig = started(over, [1000, -500], [100, 50]);
        const first = rig.transfers + from;
        rig.beforeTransfer = () => {
          const dead = rig.transfers > first && rig.transfers <= first + (to - from);
          rig.stuck = dead ? stuck : undefined;
        };
        for (let i = 0; i < 6; i++) rig.poll(SECOND_US);
        expect(rig.seen & (PollStatus.restarted | PollStatus.lost)).toBe(PollStatus.ok);
        expectExact(rig);
      }
    }
  });
});

describe.each(ADE7953_BUSES)("a silent reset, over %s", (over) => {
  it("is found at the next poll and repaired; only what was not polled is missing", () => {
    const rig = started(over, [1000, 500]);
    for (let i = 0; i < 10; i++) rig.poll(SECOND_US);
    const before = rig.counts[countIndex(Quantity.activeDelivered, 1)];
    rig.time.now_us += 0.5 * SECOND_US;
    rig.chip.reset();
    expect(rig.poll(0.5 * SECOND_US)).toBe(PollStatus.restarted);
    expect(rig.counts[countIndex(Quantity.activeDelivered, 1)]).toBe(before);
    expect(readRegister(rig, Register.OPTIMUM, 2)).toBe(0x30);
    for (let i = 0; i < 12; i++) expect(rig.poll(SECOND_US) & ~PollStatus.noise).toBe(PollStatus.ok);
    expect(rig.counts[countIndex(Quantity.activeDelivered, 1)]).toBe(2 * before);
    expect(rig.excesses().most).toBeLessThan(ROUNDING);
  });

  it("is found though its flag was lost, or the reserved register kept its value", () => {
    const flagLost = started(over, [1000]);
    flagLost.chip.reset();
    flagLost.chip.upset(Register.IRQSTATA, 0);
    expect(flagLost.poll(SECOND_US)).toBe(PollStatus.restarted);

    const flagOnly = started(over, [1000]);
    flagOnly.chip.upset(Register.IRQSTATA, 0x10_0000);
    expect(flagOnly.poll(SECOND_US)).toBe(PollStatus.restarted);
  });

  it("at any frame of a poll, and with noise, invents nothing", () => {
    for (let at = 1; at < 40; at++) {
      const rig = new Ade7953Rig(steadyLoad([1000, -500]), { over, faults: { spiNoise: 0.01 }, seed: at });
      rig.driver.initialize();
      for (let i = 0; i < 5; i++) rig.poll(SECOND_US);
      const from = rig.frames + at;
      rig.beforeFrame = () => {
        if (rig.frames === from) rig.chip.reset();
      };
      for (let i = 0; i < 5; i++) rig.poll(SECOND_US);
      expect(rig.seen & PollStatus.restarted).toBe(PollStatus.restarted);
      expect(rig.excesses().most).toBeLessThan(1 + ROUNDING);
      // What flowed in the poll that the reset fell into, and in the one before.
      expect(rig.excess(Quantity.activeDelivered, 1)).toBeGreaterThan((-2 * 1000 * 30) / 3.6 - 1);
    }
  });
});

it.each(ADE7953_BUSES)("a brown-out over %s: no answer, then a restart, and nothing invented", (over) => {
  const rig = started(over, [1000, -500]);
  rig.chip.brownOut(2.5 * SECOND_US);
  expect(rig.poll(SECOND_US)).toBe(PollStatus.noAnswer);
  expect(rig.poll(SECOND_US)).toBe(PollStatus.noAnswer);
  expect(rig.poll(SECOND_US)).toBe(PollStatus.restarted);
  for (let i = 0; i < 10; i++) expect(rig.poll(SECOND_US) & ~PollStatus.noise).toBe(PollStatus.ok);
  expect(rig.excesses().most).toBeLessThan(1 + ROUNDING);
  expect(rig.excess(Quantity.activeDelivered, 1)).toBeGreaterThan((-3 * 1000 * 30) / 3.6 - 1 - ROUNDING);
});

describe.each(ADE7953_BUSES)("an accumulator that is wrong from inside, over %s", (over) => {
  it("is held back for three polls, then given up", () => {
    const rig = started(over, [1000]);
    rig.deliver = (buffer) => {
      const activeA = buffer[0] === 0x03 && buffer[1] === 0x1e;
      rig.chip.transfer(buffer);
      if (activeA) buffer[4] ^= 0x40;
    };
    for (let i = 0; i < 3; i++) expect(rig.poll(SECOND_US) & ~PollStatus.noise).toBe(PollStatus.held);
    expect(rig.poll(SECOND_US) & ~PollStatus.noise).toBe(PollStatus.lost);
    for (let i = 0; i < 10; i++) expect(rig.poll(SECOND_US) & ~PollStatus.noise).toBe(PollStatus.ok);
    expect(rig.excesses().most).toBeLessThan(ROUNDING);
    expect(rig.excess(Quantity.activeDelivered, 1)).toBeGreaterThan((-4 * 1000 * 30) / 3.6 - 1 - ROUNDING);
  });
});

describe.each(ADE7953_BUSES)("single readings that go wrong, over %s", (over) => {
  /** Adds to what is read of an accumulator, by how often it has been read so far. */
  function adding(rig: Ade7953Rig, low: number, counts: (reads: number) => number): void {
    let reads = 0;
    rig.deliver = (buffer) => {
      const hit = buffer[0] === 0x03 && buffer[1] === low;
      rig.chip.transfer(buffer);
      if (hit) buffer[6] += counts(reads++);
    };
  }

  it("twice in a row the same way, in noisy times, count nothing", () => {
    const rig = started(over, [0]);
    adding(rig, 0x1e, (reads) => [0, 0, 64, 128][reads] ?? 0);
    for (let i = 0; i < 3; i++) rig.poll(SECOND_US);
    expect(rig.excesses()).toEqual({ least: 0, most: 0 });
  });

  it("of apparent energy, which then seems to go back, are not counted again", () => {
    const rig = started(over, [0]);
    adding(rig, 0x22, (reads) => (reads < 4 ? 100 : 0));
    for (let i = 0; i < 3; i++) rig.poll(SECOND_US);
    expect(rig.seen & PollStatus.held).toBe(PollStatus.held);
    expect(rig.counts[countIndex(Quantity.apparent, 1)]).toBe(100);
  });

  it("a write that goes to a register written before, while initialising, is found", () => {
    const rig = new Ade7953Rig(steadyLoad([1000]), { over });
    let astray = false;
    rig.beforeFrame = (buffer) => {
      if (astray || buffer[0] !== 0x03 || buffer[1] !== 0x03 || buffer[2] !== 0) return;
      buffer[1] = 0x01;
      astray = true;
    };
    expect(rig.driver.initialize()).toBe(PollStatus.ok);
    expect(astray).toBe(true);
    expect(readRegister(rig, Register.ACCMODE, 4)).toBe(0);
  });
});
