import type { AirAccess } from "firmware/app/air-access";
import { networkContexts, type Network } from "firmware/app/network";
import { IpStack, type IpStackOptions } from "firmware/ip/stack";
import type { Kernel } from "firmware/kernel/kernel";
import { MeshLink } from "firmware/mesh/link";
import { Mac } from "firmware/mesh/mac/mac";
import { MplForwarder } from "firmware/mesh/multicast/forwarder";
import type { Entropy } from "hal/entropy";
import type { Identity } from "hal/identity";
import type { Radio } from "hal/radio";

export interface MeshNodeOptions extends Pick<IpStackOptions, "router" | "payloadBytes"> {
  hal: { radio: Radio; entropy: Entropy; identity: Identity };
  kernel: Kernel;
  network: Network;
  access: AirAccess;
  /** Frames that may wait at the MAC. */
  macSlots: number;
  /** Packets that may wait to be sent, own ones and those that are passed on. */
  queueSlots: number;
  /** In range of its radio, and kept in mind; few where absent. */
  neighbours?: number;
  /** Whether others take their time from it. */
  coordinates?: boolean;
}

/** A node of the mesh, from its radio up to IP; how it finds its place in the mesh is not a part of it. */
export class MeshNode {
  readonly mac: Mac;
  readonly mesh: MeshLink;
  readonly stack: IpStack;
  readonly mpl: MplForwarder;

  constructor(options: MeshNodeOptions) {
    const { hal, kernel, network, access, macSlots, queueSlots } = options;
    const { neighbours, coordinates = false, router, payloadBytes } = options;
    const { radio, entropy, identity } = hal;
    const { eui64 } = identity;
    const { pans, channel, turnaround_ms } = network;
    const { hopping, security, intervals } = access;
    this.mac = new Mac({
      radio,
      kernel,
      entropy,
      eui64,
      pans,
      channel,
      queueSlots: macSlots,
      turnaround_ms,
      hopping,
      security,
      ...(neighbours && { neighbours }),
      ...(coordinates && intervals && { coordinator: intervals }),
    });
    const { mac } = this;
    this.mesh = new MeshLink({ mac, kernel, contexts: networkContexts(network), queueSlots });
    this.stack = new IpStack({
      eui64,
      link: this.mesh,
      kernel,
      ...(router && { router }),
      ...(payloadBytes && { payloadBytes }),
    });
    this.mesh.host = this.stack;
    this.mpl = new MplForwarder({ kernel, entropy, mac, link: this.mesh });
  }
}
