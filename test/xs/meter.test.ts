import { expect, it } from "vitest";
import { Collector } from "firmware/app/collector";
import { HeadEnd } from "../../head-end/head-end";
import { backhaulPair } from "../../host-sim/backhaul";
import { Atm90e32Chip } from "../../host-sim/chips/atm90e32";
import { CrystalClock, TrueClock } from "../../host-sim/clock";
import { NorFlash } from "../../host-sim/flash";
import { Feed } from "../../host-sim/load/feed";
import { HouseholdLoad } from "../../host-sim/load/synthetic";
import { Truth } from "../../host-sim/load/truth";
import { collectorIdentity, meterIdentity, SeededEntropy, SimulatedSerial } from "../../host-sim/node";
import { Medium, OPEN_STREET } from "../../host-sim/radio/medium";
import { Random } from "../../host-sim/random";
import { World } from "../../host-sim/world";
import type { Hal } from "./hal/server";
import { startInNode, startInXs } from "./hal/start";
import * as meter from "./programs/meter";
import { describeXs } from "./suite";
import { firstDifference } from "./transcript";

const SEED = 1;
const HOUR_US = 3600e6;
/** Installed a minute before the hour. */
const BOOT_US = -60e6;
/** The meter closes its interval by its own clock, 12 ppm off; and each phase has a count that is not full. */
const TOLERANCE_MWH = 10;

describeXs("a whole meter in XS", () => {
  it("makes the same calls to its HAL as in Node, and is read by the head end", () => {
    const inNode = street();
    const expected = startInNode(meter, inNode.hal);
    const nodeRead = inNode.run();

    const inXs = street();
    const { transcript, machine } = startInXs("test/xs/programs/meter.ts", inXs.hal);
    const xsRead = inXs.run();
    machine.close();

    expect(firstDifference(transcript.toString(), expected.toString())).toBeUndefined();
    expect(xsRead).toEqual(nodeRead);
    // Four, and the one that the installation fell into.
    expect(xsRead.intervals).toBe(5);
    expect(xsRead.delivered_mWh).toBeGreaterThan(0);
    expect(Math.abs(xsRead.delivered_mWh - xsRead.true_mWh)).toBeLessThan(TOLERANCE_MWH);
    expect(xsRead.console).toContain("1.8.0");
  });
});

/** One household, its collector and the head end in this process; the meter's program is started from outside. */
function street() {
  const world = new World();
  world.now_us = BOOT_US;
  const utc_ms = (): number => meter.INSTALLED_UTC_MS + Math.floor((world.now_us - BOOT_US) / 1000);
  const medium = new Medium({ ...OPEN_STREET, world, random: new Random(SEED, "medium"), frameLoss: 0 });
  const [collectorEnd, headEndEnd] = backhaulPair(world, 100_000);
  const collector = new Collector(
    {
      clock: new CrystalClock(world, -5),
      radio: medium.addRadio(),
      backhaul: collectorEnd,
      entropy: new SeededEntropy(new Random(SEED, "collector")),
      identity: collectorIdentity(1),
    },
    meter.NETWORK,
    1,
  );
  const headEnd = new HeadEnd({
    clock: new TrueClock(world),
    entropy: new SeededEntropy(new Random(SEED, "head end")),
    backhaul: headEndEnd,
    address: meter.NETWORK.headEnd,
    utc_ms,
  });
  collector.root.onRegistered = (node) => headEnd.meterJoined(node);

  const feed = new Feed(new HouseholdLoad(SEED, 1));
  const truth = new Truth(feed);
  const serial = new SimulatedSerial();
  let console = "";
  serial.connect((bytes) => (console += new TextDecoder().decode(bytes)));
  const hal: Hal = {
    clock: new CrystalClock(world, 12),
    spi: new Atm90e32Chip(world, feed),
    radio: medium.addRadio(),
    flash: new NorFlash({ size: 64 * 1024 }),
    serial,
    entropy: new SeededEntropy(new Random(SEED, "meter")),
    identity: meterIdentity(1),
  };

  /** An hour, then a read and a question on the console. */
  const run = () => {
    world.runUntil(HOUR_US);
    truth.advanceTo(HOUR_US);
    world.runUntil(HOUR_US + 10e6);
    headEnd.poller.readAll(utc_ms());
    serial.type(new TextEncoder().encode("reg show\r"));
    world.runUntil(HOUR_US + 20e6);
    const [record] = headEnd.store.meters;
    return {
      intervals: record?.intervals.size,
      delivered_mWh: record?.closingDelivered_mWh ?? 0,
      true_mWh: truth.energy_mWh(0, 0),
      console,
    };
  };
  return { hal, run };
}
