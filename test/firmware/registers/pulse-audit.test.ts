import { describe, expect, it } from "vitest";
import { UtcClock } from "firmware/clock/utc";
import { GeneralConfiguration } from "firmware/configuration/general";
import { Kernel } from "firmware/kernel/kernel";
import { registerIndex, RegisterQuantity } from "firmware/registers/obis";
import { PulseAudit } from "firmware/registers/pulse-audit";
import { Registers } from "firmware/registers/registers";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { PollStatus } from "hal/metering-chip";
import { Atm90e32Chip } from "../../../host-sim/chips/atm90e32";
import { PulseOutput } from "../../../host-sim/chips/pulse-output";
import { CrystalClock } from "../../../host-sim/clock";
import { Feed } from "../../../host-sim/load/feed";
import type { Load } from "../../../host-sim/load/load";
import { Random } from "../../../host-sim/random";
import { World } from "../../../host-sim/world";
import { randomLoad, steadyLoad } from "../../hal/metering-rig";
import { ScriptedMeter } from "../../support/scripted-meter";
import { eventLog } from "../../support/event-log";

const HOUR_US = 3600e6;

/** Registers over a simulated chip, whose CF pin is counted. */
function audited(load: Load, pulseConstant = 3200) {
  const world = new World();
  const feed = new Feed(load);
  const clock = new CrystalClock(world, 0);
  const spi = new Atm90e32Chip(world, feed);
  const chip = new Atm90e32({ spi, clock, delay_ms: () => {}, phases: load.phases, lineFrequency_Hz: 60 });
  const utc = new UtcClock(clock);
  const registers = new Registers({ kernel: new Kernel(clock), chip, utc, events: eventLog(utc) });
  const audit = new PulseAudit(
    registers,
    new PulseOutput(world, feed, pulseConstant),
    new GeneralConfiguration(),
  );
  registers.start();
  return { world, registers, audit, run: (hours: number) => world.runUntil(world.now_us + hours * HOUR_US) };
}

const delivered = (registers: Registers): number =>
  registers.energy[registerIndex(RegisterQuantity.activeDelivered, 0)];
const received = (registers: Registers): number =>
  registers.energy[registerIndex(RegisterQuantity.activeReceived, 0)];

describe("the pulse audit", () => {
  it("passes with every load: legs that turn, next to nothing, full scale", () => {
    const loads = [
      ...[1, 2, 3, 4, 5].map((seed) => randomLoad(new Random(seed, "audit"), 2, true)),
      steadyLoad([1, 1]),
      steadyLoad([24_000, 24_000]),
      steadyLoad([3000, -3000]),
    ];
    for (const load of loads) {
      const { audit, run } = audited(load);
      run(24.5);
      expect([audit.passed, audit.failed]).toEqual([24, 0]);
    }
  });

  it("finds an output of another constant than the one configured", () => {
    const { audit, run } = audited(steadyLoad([1000, 0]), 1600);
    const found: number[] = [];
    audit.onFailed = (excess_mWh) => found.push(excess_mWh);
    run(2.1);
    expect([audit.passed, audit.failed]).toEqual([0, 2]);
    expect(Math.abs(found[0] - 500_000)).toBeLessThan(700);
  });

  it("finds 20 kWh that noise has made, and 20 kWh that are lacking", () => {
    for (const noise_mWh of [20_000_000, -20_000_000]) {
      const { audit, registers, run } = audited(steadyLoad([20_000, 20_000]));
      run(1.5);
      registers.energy[registerIndex(RegisterQuantity.activeDelivered, 0)] += noise_mWh;
      run(2);
      expect([audit.passed, audit.failed]).toEqual([2, 1]);
    }
  });

  it("begins anew where pulses and registers part for a reason that is known", () => {
    const { chip, clock, registers } = new ScriptedMeter();
    let pulses = 2 ** 32 - 5;
    const audit = new PulseAudit(registers, { count: () => pulses % 2 ** 32 }, new GeneralConfiguration());
    registers.start();
    clock.advance(3_000_000);
    chip.status = PollStatus.lost;
    clock.advance(5000);
    pulses += 1000;
    chip.status = PollStatus.ok;
    clock.advance(3_605_000);
    expect([audit.passed, audit.failed]).toEqual([1, 0]);
    // The count goes over its end: six pulses that no register knows.
    pulses += 6;
    clock.advance(3_600_000);
    expect([audit.passed, audit.failed]).toEqual([1, 1]);
  });
});

describe("net metering over two legs", () => {
  it("counts the signed sum: a leg that receives offsets one that delivers at each moment", () => {
    const { registers, run } = audited(steadyLoad([5000, -8000]));
    run(1);
    registers.poll();
    expect(delivered(registers)).toBe(0);
    expect(Math.abs(received(registers) - 3_000_000)).toBeLessThan(10);
    const legs = [RegisterQuantity.activeDelivered, RegisterQuantity.activeReceived].map((quantity) =>
      [1, 2].map((leg) => Math.round(registers.energy[registerIndex(quantity, leg)] / 1000)),
    );
    expect(legs).toEqual([
      [5000, 0],
      [0, 8000],
    ]);
  });

  it("keeps net energy, delivered less received, to a count whatever the legs do", () => {
    for (const seed of [11, 12, 13]) {
      const { registers, run } = audited(randomLoad(new Random(seed, "net"), 2, true));
      run(24);
      registers.poll();
      const net = delivered(registers) - received(registers);
      const byLeg = [1, 2].map(
        (leg) =>
          registers.energy[registerIndex(RegisterQuantity.activeDelivered, leg)] -
          registers.energy[registerIndex(RegisterQuantity.activeReceived, leg)],
      );
      // A count of 3.125 mWh may be under way in each of the registers.
      expect(Math.abs(net - byLeg[0] - byLeg[1])).toBeLessThan(6 * 3.125);
    }
  });
});
