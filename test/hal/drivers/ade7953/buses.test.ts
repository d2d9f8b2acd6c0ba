import { PollStatus } from "hal/metering-chip";
import { expect, it } from "vitest";
import { Random } from "../../../../host-sim/random";
import { ADE7953_BUSES, Ade7953Rig, randomLoad, SECOND_US } from "../../metering-rig";

it.each([0, 0.001])("counts the same over each bus, with a share %f of noisy transfers", (spiNoise) => {
  const [first, ...others] = ADE7953_BUSES.map((over) => {
    const rig = new Ade7953Rig(randomLoad(new Random(5, "load"), 2, false), { over, faults: { spiNoise } });
    expect(rig.driver.initialize()).toBe(PollStatus.ok);
    for (let i = 0; i < 2000; i++) rig.poll(SECOND_US);
    expect(rig.seen & ~PollStatus.noise).toBe(PollStatus.ok);
    return rig.counts;
  });
  for (const counts of others) expect(counts).toEqual(first);
});
