import { expect, it } from "vitest";
import { Kernel } from "firmware/kernel/kernel";
import { Mac } from "firmware/mesh/mac/mac";
import { CrystalClock } from "../../../../host-sim/clock";
import { collectorIdentity, SeededEntropy } from "../../../../host-sim/node";
import { Medium, OPEN_STREET } from "../../../../host-sim/radio/medium";
import { Random } from "../../../../host-sim/random";
import { World } from "../../../../host-sim/world";
import { CHANNEL, PAN } from "../../../support/mac-street";

/** The same with any number of neighbours in range: rows are made at the start. */
function tableBytes(neighbours?: number): number {
  const world = new World();
  const medium = new Medium({ ...OPEN_STREET, world, random: new Random(1, "medium") });
  const mac = new Mac({
    radio: medium.addRadio(),
    kernel: new Kernel(new CrystalClock(world, 0)),
    entropy: new SeededEntropy(new Random(1, "entropy")),
    eui64: collectorIdentity(1).eui64,
    pans: [{ id: PAN }],
    channel: CHANNEL,
    queueSlots: 4,
    hopping: true,
    ...(neighbours && { neighbours }),
  });
  return mac.tableBytes;
}

it("neighbours and channels take less than 6 KB in a meter, of 12 that the mesh may have", () => {
  console.log(`RAM of MAC tables: meter ${tableBytes()} B, collector ${tableBytes(512)} B`);
  expect(tableBytes()).toBeLessThan(6 * 1024);
});

it("take less than 40 KB in a collector, of 150", () => expect(tableBytes(512)).toBeLessThan(40 * 1024));
