import { describe, expect, it } from "vitest";
import { countIndex, PollStatus, QUANTITIES, Quantity } from "hal/metering-chip";
import type { Load } from "../../../../host-sim/load/load";
import { Random } from "../../../../host-sim/random";
import { randomLoad, Rig, steadyLoad } from "../../metering-rig";

const DAYS_POLLS = 3 * 17_280;
const DAY_POLLS = 17_280;
/** Float arithmetic of the comparison itself. */
const ROUNDING = 1e-6;

/** Counts that a register may be above the truth unnoticed: the window in which its balance moves anyway. */
function tolerance(rig: Rig): number {
  return 2 * rig.driver.phases;
}

/** No register is further below the truth than the driver says that it may be. */
function expectLossCounted(rig: Rig): void {
  let slack = Infinity;
  for (let quantity = 0; quantity < QUANTITIES; quantity++) {
    for (let channel = 0; channel <= rig.driver.phases; channel++) {
      slack = Math.min(slack, rig.excess(quantity, channel) + rig.driver.givenUp[quantity >> 1]);
    }
  }
  expect(slack).toBeGreaterThan(-1 - tolerance(rig));
}

/** Polls until nothing is held, and twice more for what a fault left behind. */
function drain(rig: Rig): void {
  for (let clean = 0; clean < 2;) clean = rig.poll() === PollStatus.ok ? clean + 1 : 0;
}

describe("noise: one inverted bit in a share of answers", () => {
  it.each([0.001, 0.01])(
    "of %f for three days: nothing is lost or invented, every poll counts",
    (spiNoise) => {
      const rig = new Rig(randomLoad(new Random(5, "load"), 2, true), { faults: { spiNoise }, seed: 5 });
      expect(rig.driver.initialize()).toBe(PollStatus.ok);
      for (let i = 0; i < DAYS_POLLS; i++) rig.poll();
      const { least, most } = rig.excesses();
      expect(least).toBeGreaterThan(-1 - ROUNDING);
      expect(most).toBeLessThan(ROUNDING);
      expect(rig.seen).toBe(PollStatus.noise);
    },
  );

  it("in one bit alike of a register and its repetition is caught where noise was seen before", () => {
    const rig = new Rig(steadyLoad([1000]));
    rig.driver.initialize();
    let flips = 0;
    let next = "";
    rig.afterFrame = (buffer) => {
      if (next === "both" && flips < 2) {
        buffer[2] ^= 0x04;
        flips++;
      }
    };
    rig.beforeFrame = (buffer) => {
      next = flips < 2 && (buffer[1] === 0x80 || flips === 1) ? "both" : "";
    };
    rig.poll();
    expect(flips).toBe(2);
    expect(rig.excesses().most).toBeLessThan(ROUNDING);
    expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
  });

  it("in one bit alike of both, in quiet times, is caught by the balance and costs at most that poll", () => {
    const rig = new Rig(steadyLoad([1000]));
    rig.driver.initialize();
    for (let i = 0; i < 1200; i++) rig.poll();
    let left = 2;
    rig.afterFrame = (buffer) => {
      if (rig.frames > quiet + 1 && left > 0) {
        buffer[2] ^= 0x04;
        left--;
      }
    };
    const quiet = rig.frames;
    expect(rig.poll()).toBe(PollStatus.lost);
    drain(rig);
    expect(rig.excesses().most).toBeLessThan(ROUNDING);
    expectLossCounted(rig);
  });
});

describe("one fault on one frame of a poll, whichever it is", () => {
  const loads: [string, () => Load][] = [
    ["one phase", () => steadyLoad([1200], [300])],
    ["one phase, power factor 1", () => steadyLoad([1200])],
    ["split phase", () => steadyLoad([1200, 800], [300, -100])],
    ["split phase with the sun on one leg", () => steadyLoad([3000, -2000], [200, 100])],
    ["an idle leg", () => steadyLoad([0, 1000])],
    ["hardly anything", () => steadyLoad([2, 3])],
  ];
  const FRAMES = 80;

  /** Runs each fault at each frame of a poll, on a fresh meter. */
  function eachFault(
    load: () => Load,
    variants: number,
    hit: (rig: Rig, buffer: Uint8Array, variant: number) => void,
  ) {
    return (expectation: (rig: Rig) => void): void => {
      for (let frame = 0; frame < FRAMES; frame++) {
        for (let variant = 0; variant < variants; variant++) {
          const rig = new Rig(load());
          rig.driver.initialize();
          rig.poll();
          rig.poll();
          const at = rig.frames + 1 + frame;
          rig.deliver = (buffer) => {
            if (rig.frames === at) hit(rig, buffer, variant);
            else rig.chip.transfer(buffer);
          };
          rig.poll();
          if (rig.frames < at) return;
          drain(rig);
          expectation(rig);
        }
      }
    };
  }

  it.each(loads.slice(0, 3))("inverted answer bit: exact (%s)", (_name, load) => {
    eachFault(load, 16, (rig, buffer, bit) => {
      rig.chip.transfer(buffer);
      buffer[2 + (bit >> 3)] ^= 1 << (bit & 7);
    })((rig) => {
      expect(rig.excesses().most).toBeLessThan(ROUNDING);
      expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
    });
  });

  it.each(loads)("inverted command bit: nothing invented, loss counted (%s)", (_name, load) => {
    eachFault(load, 16, (rig, buffer, bit) => {
      buffer[bit >> 3] ^= 1 << (bit & 7);
      rig.chip.transfer(buffer);
    })((rig) => {
      expect(rig.excesses().most).toBeLessThanOrEqual(tolerance(rig));
      expectLossCounted(rig);
    });
  });

  it.each(loads)("frame cut off: nothing invented, loss counted (%s)", (_name, load) => {
    eachFault(load, 32, (rig, buffer, clocks) => rig.chip.shift(buffer, clocks))((rig) => {
      expect(rig.excesses().most).toBeLessThanOrEqual(tolerance(rig));
      expectLossCounted(rig);
    });
  });

  it("a repetition whose command goes astray does not replace what was read", () => {
    for (const wrong of [0xf8, 0x7a, 0x58]) {
      const rig = new Rig(steadyLoad([1200, 800], [300, 100]));
      rig.driver.initialize();
      let before = 0;
      let astray = false;
      rig.beforeFrame = (buffer) => {
        const address = buffer[1];
        if (!astray && before === 0x80 && address === 0x78) {
          buffer[1] = wrong;
          astray = true;
        }
        before = address;
      };
      rig.poll();
      expect(astray).toBe(true);
      expect(rig.seen & PollStatus.lost).toBe(0);
      expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
      expect(rig.excesses().most).toBeLessThan(ROUNDING);
    }
  });

  it("a read that goes to another register is found by reading again: nothing is lost", () => {
    for (const wrong of [0x00, 0x84, 0x88, 0xc0]) {
      const rig = new Rig(steadyLoad([1200, 800], [300, 100]));
      rig.driver.initialize();
      let astray = false;
      rig.beforeFrame = (buffer) => {
        if (astray || buffer[0] !== 0x80 || buffer[1] !== 0x80) return;
        buffer[1] = wrong;
        astray = true;
      };
      drain(rig);
      expect(astray).toBe(true);
      const total = rig.excess(0, 0);
      expect(total).toBeGreaterThan(-1 - ROUNDING);
      expect(total).toBeLessThan(ROUNDING);
    }
  });
});

describe("faults at random", () => {
  const runs = [1, 2].flatMap((phases) => [1, 2, 3, 4].map((seed) => ({ phases, seed })));

  it.each(runs)("command bits and cut frames, $phases phases, seed $seed", ({ phases, seed }) => {
    const faults = { spiNoise: 0.0005, spiCommand: 0.0005, spiAbort: 0.0005 };
    const rig = new Rig(randomLoad(new Random(seed, "load"), phases, true), { faults, seed });
    expect(rig.driver.initialize()).toBe(PollStatus.ok);
    let invented = 0;
    for (let i = 0; i < DAY_POLLS; i++)
      if ((rig.poll() & PollStatus.held) === 0) invented = Math.max(invented, rig.excesses().most);
    // Each loss starts a new window, in which as much may hide again.
    expect(invented).toBeLessThanOrEqual(2 * tolerance(rig));
    expectLossCounted(rig);
    expect(rig.seen & PollStatus.lost).toBe(PollStatus.lost);
    const flowed = rig.counts[countIndex(Quantity.apparent, 0)];
    expect(rig.driver.givenUp[0]).toBeLessThan(flowed * 0.02);
  });

  it("the total of three phases is never above the truth", () => {
    const faults = { spiCommand: 0.0005, spiAbort: 0.0005 };
    const rig = new Rig(randomLoad(new Random(9, "load"), 3, true), { faults, seed: 9 });
    rig.driver.initialize();
    for (let i = 0; i < DAY_POLLS; i++) rig.poll();
    for (let quantity = 0; quantity < QUANTITIES; quantity++) {
      expect(rig.excess(quantity, 0)).toBeLessThanOrEqual(tolerance(rig));
    }
  });
});
