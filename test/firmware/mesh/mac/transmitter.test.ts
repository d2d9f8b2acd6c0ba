import { expect, it } from "vitest";
import { frameTime_us } from "hal/channel-plan";
import { Kernel } from "firmware/kernel/kernel";
import { MacCounters } from "firmware/mesh/mac/counters";
import { MacNode } from "firmware/mesh/mac/node";
import { Slot } from "firmware/mesh/mac/queue";
import { Transmitter } from "firmware/mesh/mac/transmitter";
import { CrystalClock } from "../../../../host-sim/clock";
import { meterIdentity, SeededEntropy } from "../../../../host-sim/node";
import { Medium, OPEN_STREET } from "../../../../host-sim/radio/medium";
import { Random } from "../../../../host-sim/random";
import { World } from "../../../../host-sim/world";
import { PAN } from "../../../support/mac-street";

/** Sends on channel 5 whenever the radio is free, for a minute; answers the greatest time in any 20 s. */
function greatestDwell_us(hopping: boolean): { dwell_us: number; refused: number } {
  const world = new World();
  const medium = new Medium({ ...OPEN_STREET, world, random: new Random(1, "medium") });
  const kernel = new Kernel(new CrystalClock(world, 0));
  const radio = medium.addRadio();
  const entropy = new SeededEntropy(new Random(1, "entropy"));
  const { eui64 } = meterIdentity(1);
  const node = new MacNode({
    radio,
    kernel,
    entropy,
    eui64,
    pans: [{ id: PAN }],
    channel: 5,
    queueSlots: 1,
    hopping,
  });
  const counters = new MacCounters();
  const transmitter = new Transmitter(node, radio, kernel, counters);
  const slot = new Slot(255);
  slot.broadcast = true;
  slot.length = 180;
  for (let at_us = 0; at_us < 60e6; at_us += 20_000) world.at(at_us, () => transmitter.send(slot, 5));
  world.runUntil(61e6);
  return { dwell_us: radio.airtime.channelDwellMax_us, refused: counters.dwellRefused };
}

it("stops a node that hops at half of what the regulator allows, and one on a single channel not at all", () => {
  const hopping = greatestDwell_us(true);
  expect(hopping.dwell_us).toBeLessThanOrEqual(200_000);
  expect(hopping.dwell_us).toBeGreaterThan(200_000 - 2 * frameTime_us(255));
  expect(hopping.refused).toBeGreaterThan(2_000);
  const single = greatestDwell_us(false);
  expect(single.dwell_us).toBeGreaterThan(400_000);
  expect(single.refused).toBe(0);
});
