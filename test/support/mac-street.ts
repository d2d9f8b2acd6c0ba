import { Kernel } from "firmware/kernel/kernel";
import { Mac } from "firmware/mesh/mac/mac";
import type { Radio } from "hal/radio";
import { CrystalClock } from "../../host-sim/clock";
import { meterIdentity, SeededEntropy } from "../../host-sim/node";
import { Medium, type MediumOptions, OPEN_STREET } from "../../host-sim/radio/medium";
import { Random } from "../../host-sim/random";
import { World } from "../../host-sim/world";

export const PAN = 0x574d;
export const CHANNEL = 7;

/** Nodes with a radio, behavioural unless told otherwise, and a MAC and nothing above. */
export function macStreet(
  nodes: number,
  seed = 1,
  options: Partial<MediumOptions> = {},
  makeRadio: (world: World, medium: Medium) => Radio = (_world, medium) => medium.addRadio(),
) {
  const world = new World();
  const medium = new Medium({ ...OPEN_STREET, world, random: new Random(seed, "medium"), ...options });
  const macs: Mac[] = [];
  for (let n = 0; n < nodes; n++) {
    const random = new Random(seed, `node ${n}`);
    const kernel = new Kernel(new CrystalClock(world, random.between(-20, 20)));
    const entropy = new SeededEntropy(random);
    const { eui64 } = meterIdentity(n);
    const radio = makeRadio(world, medium);
    macs.push(new Mac({ radio, kernel, entropy, eui64, panId: PAN, channel: CHANNEL, queueSlots: 4 }));
  }
  return { world, medium, macs };
}

/** Queues `payload` at `mac`; answers whether it was taken. */
export function send(mac: Mac, destination: Uint8Array | undefined, payload: ArrayLike<number>): boolean {
  const writer = mac.prepare(destination);
  if (writer === undefined) return false;
  for (let i = 0; i < payload.length; i++) writer.u8(payload[i]);
  return mac.submit();
}
