import { describe, expect, it } from "vitest";
import { SimulatedMeter } from "../../host-sim/meter";
import { Medium, OPEN_STREET } from "../../host-sim/radio/medium";
import { Random } from "../../host-sim/random";
import { NETWORK } from "../../host-sim/street";
import { World } from "../../host-sim/world";
import { registerIndex, RegisterQuantity } from "firmware/registers/obis";
import { ResetReason } from "hal/reset";
import { steadyLoad } from "../hal/metering-rig";
import { streetOptions } from "../support/street";

const DELIVERED = registerIndex(RegisterQuantity.activeDelivered, 0);
const MINUTE_US = 60e6;

describe.each([
  ["atm90e32", "chip"],
  ["atm90e32", "model"],
  ["ade7953", "chip"],
] as const)("a simulated meter over an %s (%s) that loses its power", (chip, depth) => {
  function make() {
    const world = new World();
    const medium = new Medium({ ...OPEN_STREET, world, random: new Random(1, "medium") });
    const load = { ...steadyLoad([600, 600]), kind: "steady" };
    const options = streetOptions({ chip, depth });
    const meter = new SimulatedMeter(world, options, NETWORK, 1, load, medium.addRadio());
    return { world, medium, meter };
  }

  it("does nothing while it is off, and nothing flows", () => {
    const { world, medium, meter } = make();
    world.runUntil(10 * MINUTE_US);
    const { polls } = meter.meter.registers;
    let frames = 0;
    medium.onFrame = () => frames++;
    meter.powerOff();
    world.runUntil(70 * MINUTE_US);
    expect(meter.meter.registers.polls).toBe(polls);
    expect(frames).toBe(0);
    meter.truth.advanceTo(world.now_us);
    expect(meter.truth.energy_mWh(0, 0)).toBe(200_000);
  });

  it("starts again over its flash, its chip from 0 and without a memory", () => {
    const { world, meter } = make();
    world.runUntil(10 * MINUTE_US);
    meter.powerOff();
    const before = meter.meter;
    world.runUntil(70 * MINUTE_US);
    meter.powerOn();
    expect(meter.meter).not.toBe(before);
    expect(meter.meter.boot.reason).toBe(ResetReason.powerUp);
    const start_mWh = meter.meter.registers.energy[DELIVERED];
    world.runUntil(80 * MINUTE_US);
    meter.meter.registers.poll();
    meter.truth.advanceTo(world.now_us);
    expect(meter.truth.energy_mWh(0, 0)).toBe(400_000);
    const counted_mWh = meter.meter.registers.energy[DELIVERED] - start_mWh;
    expect(Math.abs(counted_mWh - 200_000)).toBeLessThanOrEqual(2 * meter.count_mWh);
  });
});
