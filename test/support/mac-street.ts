import { Kernel } from "firmware/kernel/kernel";
import { Mac } from "firmware/mesh/mac/mac";
import { Haste } from "firmware/mesh/mac/queue";
import type { Pan } from "firmware/mesh/mac/pan";
import { COUNTER_BLOCK, type CounterStore, LinkSecurity } from "firmware/mesh/mac/security";
import type { Radio } from "hal/radio";
import { NodeCipher } from "../../host-sim/cipher";
import { CrystalClock } from "../../host-sim/clock";
import { meterIdentity, SeededEntropy } from "../../host-sim/node";
import { Medium, type MediumOptions, OPEN_STREET } from "../../host-sim/radio/medium";
import { Random } from "../../host-sim/random";
import { World } from "../../host-sim/world";

export const PAN = 0x574d;
export const CHANNEL = 7;

/** How the nodes of a street use the air. */
export interface Access {
  hopping?: boolean;
  security?: boolean;
  neighbours?: number;
  /** Of each node, by its number; all in one where absent. */
  pans?: readonly (readonly Pan[])[];
  /** Nodes that coordinate their PAN; the first one where absent. */
  coordinators?: number;
  /** Of every node's frame counters. */
  store?: CounterStore;
}

export const KEY = Uint8Array.from({ length: 16 }, (_, i) => 0xc0 + i);
export const PANS: readonly Pan[] = [{ id: PAN, keys: [{ index: 1, key: KEY }] }];

/** Gives out blocks from `next` on, as flash would. */
export class RamCounterStore implements CounterStore {
  constructor(public next = 0) {}

  reserve(): number {
    this.next += COUNTER_BLOCK;
    return this.next - COUNTER_BLOCK;
  }
}

/** Nodes with a radio, behavioural unless told otherwise, and a MAC and nothing above. The first ones are coordinators. */
export function macStreet(
  nodes: number,
  seed = 1,
  options: Partial<MediumOptions> = {},
  makeRadio: (world: World, medium: Medium) => Radio = (_world, medium) => medium.addRadio(),
  access: Access = {},
) {
  const world = new World();
  const medium = new Medium({ ...OPEN_STREET, world, random: new Random(seed, "medium"), ...options });
  const { hopping = false, neighbours = 64, coordinators = 1 } = access;
  const macs: Mac[] = [];
  const securities: LinkSecurity[] = [];
  for (let n = 0; n < nodes; n++) {
    const random = new Random(seed, `node ${n}`);
    const kernel = new Kernel(new CrystalClock(world, random.between(-20, 20)));
    const entropy = new SeededEntropy(random);
    const { eui64 } = meterIdentity(n);
    const radio = makeRadio(world, medium);
    let security: LinkSecurity | undefined;
    if (access.security === true) {
      security = new LinkSecurity(new NodeCipher(), access.store ?? new RamCounterStore());
      securities.push(security);
    }
    const coordinator = n < coordinators && { coordinator: new RamCounterStore() };
    const pans = access.pans?.[n] ?? PANS;
    const air = { hopping, security, neighbours, ...coordinator };
    macs.push(new Mac({ radio, kernel, entropy, eui64, pans, channel: CHANNEL, queueSlots: 4, ...air }));
  }
  return { world, medium, macs, securities };
}

/** Queues `payload` at `mac`; answers whether it was taken. */
export function send(
  mac: Mac,
  destination: Uint8Array | undefined,
  payload: ArrayLike<number>,
  haste: number = Haste.some,
): boolean {
  const writer = mac.prepare(destination, 0, haste);
  if (writer === undefined) return false;
  for (let i = 0; i < payload.length; i++) writer.u8(payload[i]);
  return mac.submit();
}
