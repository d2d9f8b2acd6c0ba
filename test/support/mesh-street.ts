import { Contexts } from "firmware/ip/contexts";
import { IpStack } from "firmware/ip/stack";
import { Kernel } from "firmware/kernel/kernel";
import { COLLECTOR_MAC_SLOTS, MAC_SLOTS, MeshLink } from "firmware/mesh/link";
import { Mac } from "firmware/mesh/mac/mac";
import type { Pan } from "firmware/mesh/mac/pan";
import { Join } from "firmware/mesh/rpl/join";
import { Root } from "firmware/mesh/rpl/root";
import type { Identity } from "hal/identity";
import { CrystalClock } from "../../host-sim/clock";
import { collectorIdentity, meterIdentity, SeededEntropy } from "../../host-sim/node";
import { Medium, type MediumOptions, OPEN_STREET } from "../../host-sim/radio/medium";
import { Random } from "../../host-sim/random";
import { World } from "../../host-sim/world";
import { CHANNEL, PAN } from "./mac-street";

export const PREFIX = Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** A collector and meters from their radios up to ICMPv6. */
export function meshStreet(
  meters: number,
  seed: number,
  options: Partial<MediumOptions> & { capacity?: number; pans?: readonly Pan[] } = {},
) {
  const world = new World();
  const medium = new Medium({ ...OPEN_STREET, world, random: new Random(seed, "medium"), ...options });

  const makeNode = (name: string, identity: Identity, queueSlots: number, macSlots: number) => {
    const random = new Random(seed, name);
    const kernel = new Kernel(new CrystalClock(world, random.between(-20, 20)));
    const entropy = new SeededEntropy(random);
    const eui64 = identity.eui64;
    const radio = medium.addRadio();
    const mac = new Mac({
      radio,
      kernel,
      entropy,
      eui64,
      pans: options.pans ?? [{ id: PAN }],
      channel: CHANNEL,
      queueSlots: macSlots,
    });
    const contexts = new Contexts();
    contexts.set(0, PREFIX, 64);
    const link = new MeshLink({ mac, kernel, contexts, queueSlots });
    const stack = new IpStack({ eui64, link, kernel });
    link.host = stack;
    return { radio, kernel, entropy, eui64, mac, link, stack };
  };

  const node = makeNode("collector", collectorIdentity(1), 24, COLLECTOR_MAC_SLOTS);
  const root = new Root({ ...node, prefix: PREFIX, capacity: options.capacity ?? meters });
  const collector = { ...node, root };
  const street = Array.from({ length: meters }, (_, n) => {
    const meter = makeNode(`meter ${n + 1}`, meterIdentity(n + 1), 10, MAC_SLOTS);
    return { ...meter, join: new Join(meter) };
  });
  const start = () => {
    root.start();
    for (const meter of street) meter.join.start();
  };
  return { world, medium, collector, meters: street, start };
}

/** EUI-64 of a meter's parent, or undefined. */
export function parentOf({ join }: { join: Join }): Uint8Array | undefined {
  const eui64 = new Uint8Array(8);
  return join.writeParent(eui64) ? eui64 : undefined;
}

/** A street of which all have joined. */
export function joinedStreet(meters: number, options?: Parameters<typeof meshStreet>[2]) {
  const street = meshStreet(meters, 1, options);
  street.start();
  street.world.runUntil(120e6);
  return street;
}

/** Counts RPL messages at the stack of a collector or a meter, by code. */
export function countMessages({ stack }: { stack: IpStack }): number[] {
  const counts = [0, 0, 0, 0];
  const receive = stack.onRpl;
  stack.onRpl = (packet) => {
    counts[packet.payload[1]]++;
    receive(packet);
  };
  return counts;
}

/** Counts how often a collector or a meter is asked where it stands. */
export function countQuestions({ mac }: { mac: Mac }): { asked: number } {
  const count = { asked: 0 };
  const { onAsked } = mac;
  mac.onAsked = (writer) => {
    count.asked++;
    onAsked(writer);
  };
  return count;
}
