import { airAccess } from "firmware/app/air-access";
import { MeshNode } from "firmware/app/mesh-node";
import type { Network } from "firmware/app/network";
import { Rings } from "firmware/app/rings";
import { TimeResource } from "firmware/clock/resource";
import { UtcClock } from "firmware/clock/utc";
import { COAP_PORT, CoapEndpoint } from "firmware/coap/endpoint";
import { BackhaulLink } from "firmware/ip/backhaul-link";
import { NO_MPL } from "firmware/ip/mpl-option";
import type { Link, Packet } from "firmware/ip/packet";
import { IpStack } from "firmware/ip/stack";
import { Kernel } from "firmware/kernel/kernel";
import { COLLECTOR_MAC_SLOTS, MeshLink } from "firmware/mesh/link";
import { Mac } from "firmware/mesh/mac/mac";
import { MplForwarder } from "firmware/mesh/multicast/forwarder";
import { Root } from "firmware/mesh/rpl/root";
import { GaspsToHeadEnd } from "firmware/power/coap-gasps";
import { GaspRelay } from "firmware/power/gasp-relay";
import { Upkeep } from "firmware/storage/upkeep";
import type { Backhaul } from "hal/backhaul";
import type { Cipher } from "hal/cipher";
import type { Clock } from "hal/clock";
import type { Entropy } from "hal/entropy";
import type { Flash } from "hal/flash";
import type { Identity } from "hal/identity";
import type { Radio } from "hal/radio";

/** Packets to send. */
const QUEUE_SLOTS = 24;

/** In range of its radio, and kept in mind. */
const NEIGHBOURS = 512;

/** Last gasps that it keeps in mind, to tell copies of those that it has passed on. */
const GASPS = 512;
const COAP_BYTES = 256;

export interface CollectorHal {
  clock: Clock;
  radio: Radio;
  cipher: Cipher;
  /** Of what must not start over with it, where the network hops or is secured. */
  keys: Flash;
  backhaul: Backhaul;
  entropy: Entropy;
  identity: Identity;
}

/** A collector: the root of its neighbourhood's mesh, and a router between it and the head end. It keeps no data. */
export class Collector {
  readonly mac: Mac;
  readonly mesh: MeshLink;
  readonly stack: IpStack;
  readonly mpl: MplForwarder;
  readonly root: Root;
  readonly gasps: GaspRelay;

  /** @param capacity how many meters it takes */
  constructor(hal: CollectorHal, network: Network, capacity: number) {
    const { clock, entropy, identity } = hal;
    const { prefix } = network;
    const kernel = new Kernel(clock);
    const access = airAccess(network, hal.cipher, new Rings(hal), hal.keys);
    if (access.store !== undefined) new Upkeep(kernel, [access.store]);
    const backhaul = new BackhaulLink(hal.backhaul);
    const router = {
      route: (packet: Packet): Link | undefined => {
        if (!hasPrefix(packet.destination, prefix)) return backhaul;
        return this.root.has(packet.destination) ? this.mesh : undefined;
      },
    };
    const { mac, mesh, stack, mpl } = new MeshNode({
      hal,
      kernel,
      network,
      access,
      router,
      macSlots: COLLECTOR_MAC_SLOTS,
      queueSlots: QUEUE_SLOTS,
      neighbours: NEIGHBOURS,
      coordinates: true,
    });
    this.mac = mac;
    this.mesh = mesh;
    this.stack = stack;
    this.mpl = mpl;
    this.root = new Root({ kernel, entropy, link: mesh, stack, eui64: identity.eui64, prefix, capacity });
    const gaspSender = new GaspsToHeadEnd(network.headEnd);
    this.gasps = new GaspRelay({
      kernel,
      entropy,
      sender: gaspSender,
      eui64: identity.eui64,
      capacity: GASPS,
    });
    gaspSender.coap = new CoapEndpoint({
      socket: this.stack.bind(COAP_PORT),
      kernel,
      entropy,
      resources: [this.gasps, new TimeResource(new UtcClock(clock), mac)],
      exchanges: 1,
      duplicates: 1,
      representations: 1,
      bodyBytes: COAP_BYTES,
      takenBytes: COAP_BYTES,
    });
    backhaul.onPacket = (packet) => {
      if (packet.mpl === NO_MPL) this.stack.receive(packet);
      else this.mpl.receive(packet);
    };
    this.root.start();
  }
}

function hasPrefix(address: Uint8Array, prefix: Uint8Array): boolean {
  for (let i = 0; i < 8; i++) if (address[i] !== prefix[i]) return false;
  return true;
}
