import { Kernel } from "firmware/kernel/kernel";
import { WisunFrame } from "firmware/mesh/mac/elements";
import { AddressMode, Cause, FrameType, MacFrame } from "firmware/mesh/mac/frame";
import { Mac } from "firmware/mesh/mac/mac";
import { LinkSecurity } from "firmware/mesh/mac/security";
import { NodeCipher } from "../../host-sim/cipher";
import { CrystalClock } from "../../host-sim/clock";
import { SeededEntropy } from "../../host-sim/node";
import type { Medium } from "../../host-sim/radio/medium";
import { Random } from "../../host-sim/random";
import { type Access, CHANNEL, macStreet, PANS, RamCounterStore, send } from "./mac-street";

/** Nodes that have all found the PAN by a broadcast of each, and have heard each other. */
export function joinedStreet(nodes: number, access: Access, seed = 1) {
  const street = macStreet(nodes, seed, {}, undefined, { security: true, ...access });
  const { world, medium, macs } = street;
  const spaced_us = 12e6;
  for (let round = 0; round < 2; round++)
    for (let n = 0; n < nodes; n++)
      world.at(world.now_us + (round * nodes + n) * spaced_us + 1000, () => send(macs[n], undefined, [0xee]));
  world.runUntil(2 * nodes * spaced_us + 15e6);

  /** A node starts over; of what it was its flash is left. */
  const restart = (n: number): Mac => {
    medium.radios[n].powerOff();
    const kernel = new Kernel(new CrystalClock(world, 3));
    const security = new LinkSecurity(new NodeCipher(), new RamCounterStore(1 << 20));
    const entropy = new SeededEntropy(new Random(seed, `restart ${n} ${world.now_us}`));
    const { eui64 } = macs[n];
    const { hopping = false, neighbours = 64 } = access;
    const [pans, channel, queueSlots] = [PANS, CHANNEL, 4];
    const options = { kernel, entropy, eui64, pans, channel, queueSlots, hopping, security, neighbours };
    return new Mac({ radio: medium.radios[n], ...options });
  };
  return { ...street, restart };
}

/** Keeps what is on the air, and puts it before a node again. */
export class Recorder {
  /** Data frames with a payload, in the order of the air. */
  readonly data: Uint8Array[] = [];
  readonly advertisements: Uint8Array[] = [];
  readonly acks: Uint8Array[] = [];
  /** First bytes of the payloads handed up, by node. */
  received: number[][] = [];
  readonly #medium: Medium;

  constructor(medium: Medium) {
    this.#medium = medium;
    const frame = new MacFrame();
    medium.onFrame = (_at_us, _from, _channel, bytes, length) => {
      const copy = bytes.slice(0, length);
      if (frame.parse(copy, length) !== Cause.ok) return;
      const wisun = copy[frame.elementsOffset + 3];
      if (frame.type === FrameType.ack) this.acks.push(copy);
      else if (wisun === WisunFrame.advertisement) this.advertisements.push(copy);
      else if (wisun === WisunFrame.data && frame.sourceMode === AddressMode.extended) this.data.push(copy);
    };
  }

  watch(macs: Mac[]): this {
    this.received = macs.map(() => []);
    macs.forEach((mac, n) => {
      mac.onFrame = (_source, bytes, offset) => this.received[n].push(bytes[offset]);
    });
    return this;
  }

  replay(node: number, frame: Uint8Array): void {
    this.#medium.radios[node].onReceive(frame.slice(), frame.length, -60);
  }
}
