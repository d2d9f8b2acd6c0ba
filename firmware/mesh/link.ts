import { Reader } from "firmware/codec/cursor";
import { isAnyRouter, isLinkLocal, isMulticast, sameAddress } from "firmware/ip/address";
import type { Contexts } from "firmware/ip/contexts";
import { HOP_LIMIT_EXCEEDED, Icmpv6Type } from "firmware/ip/icmpv6";
import { compress, decompress } from "firmware/ip/lowpan";
import { LowpanCause } from "firmware/ip/lowpan-cause";
import { NO_MPL } from "firmware/ip/mpl-option";
import { type Link, Packet } from "firmware/ip/packet";
import type { Kernel } from "firmware/kernel/kernel";
import { ForwardingCounters } from "firmware/mesh/forwarding/counters";
import { Outbox } from "firmware/mesh/forwarding/outbox";
import { MESH_PAYLOAD_BYTES, OWN, Way } from "firmware/mesh/forwarding/queue";
import type { Routing } from "firmware/mesh/forwarding/routing";
import { HeaderResult, RoutingHeader } from "firmware/mesh/forwarding/routing-header";
import { Seen } from "firmware/mesh/forwarding/seen";
import type { Mac } from "firmware/mesh/mac/mac";
import { endOf } from "firmware/mesh/mac/queue";

/** As many as {@link LowpanCause} has. */
const LOWPAN_CAUSES = 10;
const TUNNEL_HOP_LIMIT = 64;
/** Of the MAC's slots, those that frames to all may take; and what a meter and a collector want of it. */
const MAX_BROADCASTS = 2;
export const MAC_SLOTS = MAX_BROADCASTS + 2;
export const COLLECTOR_MAC_SLOTS = MAX_BROADCASTS + 6;

/** IP above the mesh, such as an `IpStack`. */
export interface Host {
  /** This node's global address. */
  readonly address: Uint8Array;
  isOwn(address: Uint8Array): boolean;
  receive(packet: Packet): void;
  /** Sends an ICMPv6 error about `about` to its source. */
  sendError(type: number, code: number, about: Packet): void;
}

/** What passes multicast packets on, and gives them to the host. */
export interface Multicast {
  /** Takes a packet, which is valid during the call only. */
  receive(packet: Packet): void;
}

export interface MeshLinkOptions {
  mac: Mac;
  kernel: Kernel;
  contexts: Contexts;
  /** Packets that may wait to be sent. */
  queueSlots: number;
}

/**
 * The mesh as a {@link Link}: IPv6 packets in frames by 6LoWPAN, up through parents and down by source routes, and those
 * of other nodes passed on likewise, without IP being asked.
 */
export class MeshLink implements Link {
  /** Set once, before the first packet. */
  host!: Host;
  /** Gets multicast packets with the MPL option. Set once, where such are passed on. */
  multicast: Multicast | undefined;
  readonly counters = new ForwardingCounters();
  /** Frames whose payload was not a packet, by {@link LowpanCause}. */
  readonly malformed = new Uint32Array(LOWPAN_CAUSES);
  readonly #mac: Mac;
  readonly #kernel: Kernel;
  readonly #contexts: Contexts;
  readonly #queueSlots: number;
  readonly #seen = new Seen();
  readonly #reader = new Reader(new Uint8Array(0));
  readonly #received = new Packet(MESH_PAYLOAD_BYTES);
  readonly #receivedHeader = new RoutingHeader();
  readonly #ownHeader = new RoutingHeader();
  #routing!: Routing;
  #outbox!: Outbox;

  constructor({ mac, kernel, contexts, queueSlots }: MeshLinkOptions) {
    this.#mac = mac;
    this.#kernel = kernel;
    this.#contexts = contexts;
    this.#queueSlots = queueSlots;
  }

  /** Called once, by the routing protocol. From then on frames are received. */
  routeBy(routing: Routing): void {
    this.#routing = routing;
    this.#outbox = new Outbox(
      this.#mac,
      this.#contexts,
      routing,
      this.counters,
      this.#queueSlots,
      this.#mac.queueSlots - MAX_BROADCASTS,
    );
    this.#mac.onFrame = (source, buffer, offset, length, broadcast) => {
      this.#reader.reset(buffer, offset, offset + length);
      this.receive(source, broadcast);
    };
    this.#mac.onAsked = (writer) => routing.tell(writer);
    this.#mac.onAnswered = (source, buffer, offset, length) => {
      this.#reader.reset(buffer, offset, offset + length);
      routing.onTold(source, this.#reader);
    };
  }

  /** Packets that wait, of how many. */
  get queued(): number {
    return this.#outbox.length;
  }

  /** Asks a neighbour where it stands, which measures the link to it; false where that has to wait. */
  ask(neighbour: Uint8Array): boolean {
    return this.#outbox.ask(neighbour);
  }

  send(packet: Packet): boolean {
    if (isMulticast(packet.destination)) return this.broadcast(packet);
    const header = this.#ownHeader;
    const routing = this.#routing;
    header.clear();
    let way: number = Way.up;
    if (isAnyRouter(packet.destination)) {
      way = Way.parent;
    } else if (isLinkLocal(packet.destination)) {
      way = Way.link;
    } else if (routing.isRoot) {
      way = Way.down;
      if (!routing.sourceRoute(packet.destination, header)) {
        this.counters.dropped.noRoute++;
        return false;
      }
      // RFC 9008, section 8.1: only a packet of the root's own may carry a source route without a tunnel.
      if (header.hops > 0 && !sameAddress(packet.source, routing.root))
        header.tunnelHopLimit = TUNNEL_HOP_LIMIT;
    }
    return this.#outbox.take(packet, header, way, OWN);
  }

  private broadcast(packet: Packet): boolean {
    const writer = this.#mac.queued(undefined) < MAX_BROADCASTS ? this.#mac.prepare(undefined) : undefined;
    if (writer === undefined) {
      this.counters.dropped.queueFull++;
      return false;
    }
    if (compress(packet, this.#mac.eui64, undefined, this.#contexts, writer) && this.#mac.submit())
      return true;
    this.counters.dropped.tooLong++;
    return false;
  }

  private receive(source: Uint8Array, broadcast: boolean): void {
    const { dropped } = this.counters;
    const header = this.#receivedHeader;
    const packet = this.#received;
    if (header.read(this.#reader, this.#routing.root) !== HeaderResult.ok) {
      dropped.badHeader++;
      return;
    }
    const own = broadcast ? undefined : this.#mac.eui64;
    const cause = decompress(this.#reader, source, own, this.#contexts, packet);
    if (cause !== LowpanCause.ok) {
      this.malformed[cause]++;
      return;
    }
    if (packet.mpl !== NO_MPL) {
      this.multicast?.receive(packet);
    } else if (broadcast || isMulticast(packet.destination) || isLinkLocal(packet.destination)) {
      if (isAnyRouter(packet.destination)) this.#routing.onUp(source);
      this.host.receive(packet);
    } else if (this.#seen.seen(packet, header.hops > 0, this.#kernel.now_ms())) {
      dropped.duplicate++;
    } else if (this.host.isOwn(packet.destination) || this.#routing.isRoot) {
      if (header.senderRank >= 0) this.#routing.onUp(source);
      this.host.receive(packet);
    } else {
      this.forward(packet, header, source);
    }
  }

  private forward(packet: Packet, header: RoutingHeader, child: Uint8Array): void {
    const { dropped } = this.counters;
    if (header.hops > 0) {
      if (!header.isNext(this.host.address)) {
        dropped.badRoute++;
        return;
      }
      header.pop();
      this.forwardDown(packet, header, child);
    } else if (header.senderRank >= 0) {
      this.forwardUp(packet, header, child);
    } else {
      dropped.notForUs++;
    }
  }

  private forwardDown(packet: Packet, header: RoutingHeader, child: Uint8Array): void {
    // The last router of the route is where the tunnel ends: from here on the packet goes as it is.
    if (header.hops === 0) header.tunnelHopLimit = -1;
    if (header.tunnelHopLimit > 1) {
      header.tunnelHopLimit--;
    } else if (header.tunnelHopLimit >= 0) {
      this.counters.dropped.hopLimit++;
      return;
    } else if (!this.lowerHopLimit(packet)) {
      return;
    }
    this.pass(packet, header, Way.down, child);
  }

  private forwardUp(packet: Packet, header: RoutingHeader, child: Uint8Array): void {
    if (this.host.isOwn(packet.source)) this.#routing.onReturn();
    const { rank, toldRank } = this.#routing;
    // Who goes by an old rank of this node may be above it by now: then a loop would last until it is told the new one.
    if (header.senderRank <= rank) this.#routing.onRankError(child);
    if (header.senderRank <= toldRank) {
      if (header.rankError) {
        this.counters.dropped.rankError++;
        return;
      }
      header.rankError = true;
    }
    if (this.lowerHopLimit(packet)) this.pass(packet, header, Way.up, child);
  }

  private pass(packet: Packet, header: RoutingHeader, way: number, child: Uint8Array): void {
    if (this.#outbox.take(packet, header, way, endOf(child))) this.counters.taken++;
  }

  private lowerHopLimit(packet: Packet): boolean {
    if (packet.hopLimit > 1) {
      packet.hopLimit--;
      return true;
    }
    this.counters.dropped.hopLimit++;
    this.host.sendError(Icmpv6Type.timeExceeded, HOP_LIMIT_EXCEEDED, packet);
    return false;
  }
}
