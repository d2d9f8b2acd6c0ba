import { writeEui64 } from "firmware/ip/address";
import type { Contexts } from "firmware/ip/contexts";
import { compress } from "firmware/ip/lowpan";
import { Packet } from "firmware/ip/packet";
import type { ForwardingCounters } from "firmware/mesh/forwarding/counters";
import { type Held, MESH_PAYLOAD_BYTES, PacketQueue, Way } from "firmware/mesh/forwarding/queue";
import type { Routing } from "firmware/mesh/forwarding/routing";
import { RoutingHeader } from "firmware/mesh/forwarding/routing-header";
import type { Mac } from "firmware/mesh/mac/mac";
import { endOf, Haste } from "firmware/mesh/mac/queue";
import { isUrgent } from "firmware/mesh/forwarding/urgency";

/** How often the MAC may give a packet up on its way up, each time to the best neighbour that is left. */
const MAX_FAILURES_UP = 4;
/** And on its way down, where the route is the root's: the root has another one, or not. */
const MAX_FAILURES_DOWN = 2;
/** And to any router: whoever hands on last gasps has nothing to keep its attempts for. The MAC makes half as many each time. */
const MAX_FAILURES_ANY = 32;

/** Tag of a frame that holds no packet. */
const QUESTION = -1;

/** Sends unicast packets, one at a time to each neighbour, and looks for another way where one does not answer. */
export class Outbox {
  readonly #mac: Mac;
  readonly #contexts: Contexts;
  readonly #routing: Routing;
  readonly #counters: ForwardingCounters;
  readonly #queue: PacketQueue;
  /** Of the slot that was looked at last. */
  readonly #packet = new Packet(MESH_PAYLOAD_BYTES);
  readonly #header = new RoutingHeader();
  readonly #neighbour = new Uint8Array(8);
  /** Packets that the MAC has, and how many it may have. */
  #underWay = 0;
  readonly #most: number;

  constructor(
    mac: Mac,
    contexts: Contexts,
    routing: Routing,
    counters: ForwardingCounters,
    capacity: number,
    underWay: number,
  ) {
    this.#mac = mac;
    this.#contexts = contexts;
    this.#routing = routing;
    this.#counters = counters;
    this.#queue = new PacketQueue(capacity);
    this.#most = underWay;
    mac.onSent = (neighbour, attempts, acked, tag) => this.onSent(neighbour, attempts, acked, tag);
  }

  /** Packets that wait, and how many may. */
  get length(): number {
    return this.#queue.length;
  }

  get capacity(): number {
    return this.#queue.capacity;
  }

  /**
   * Takes a copy of a packet and of its routing header. On its way down it takes the share of the neighbour that it goes to:
   * one that is hard to reach holds up nobody else. Others take that of the one they came from.
   * @param child the neighbour that it came from, or OWN
   * @returns false, with the cause counted, where it is not taken
   */
  take(packet: Packet, header: RoutingHeader, way: number, child: number): boolean {
    const { dropped } = this.#counters;
    const held = this.#queue.add(way === Way.down ? this.below(packet, header) : child, isUrgent(packet));
    if (held === undefined) {
      dropped.queueFull++;
      return false;
    }
    if (!this.#queue.keep(held, packet, header)) {
      this.#queue.remove(held);
      dropped.tooLong++;
      return false;
    }
    held.way = way;
    held.sequence = this.#mac.newSequence();
    this.next();
    this.#mac.congested = this.#queue.congested;
    return true;
  }

  /** Asks a neighbour where it stands; false where there is another frame to it, or no room. */
  ask(neighbour: Uint8Array): boolean {
    if (this.#underWay >= this.#most || this.#mac.queued(neighbour) > 0) return false;
    if (this.#mac.prepare(neighbour, QUESTION, Haste.none) === undefined || !this.#mac.submit()) return false;
    this.#underWay++;
    return true;
  }

  /** Hands packets to the MAC, but for those to neighbours that it has one for. */
  private next(): void {
    let held = this.#queue.next(undefined);
    while (held !== undefined && this.#underWay < this.#most) {
      const after = this.#queue.next(held);
      this.#queue.restore(held, this.#packet, this.#header);
      if (!this.findNeighbour(held)) {
        // Who has no parent has one again after a while: last gasps wait for it, as nobody would send them once more.
        if (held.way !== Way.parent) {
          this.#counters.dropped.noRoute++;
          this.#queue.remove(held);
        }
      } else if (this.#mac.queued(this.#neighbour) === 0) {
        if (this.hand(held)) {
          held.sending = true;
          this.#underWay++;
        } else {
          this.#counters.dropped.tooLong++;
          this.#queue.remove(held);
        }
      }
      held = after;
    }
  }

  private findNeighbour(held: Held): boolean {
    if (held.way === Way.parent && this.findFree(held)) return true;
    if (goesUp(held))
      return this.#routing.parentAfter(
        held.failures % MAX_FAILURES_UP,
        this.#neighbour,
        held.way === Way.parent,
      );
    this.below(this.#packet, this.#header);
    return true;
  }

  /** Finds the neighbour to which a packet goes that goes down, or no further than that; answers the end of its EUI-64. */
  private below(packet: Packet, header: RoutingHeader): number {
    if (header.hops > 0) header.writeNext(this.#neighbour);
    else writeEui64(packet.destination, this.#neighbour);
    return endOf(this.#neighbour);
  }

  /** The best parent with room that the MAC has no frame for: who sends much at once does not wait for one alone. */
  private findFree({ failures }: Held): boolean {
    for (let n = failures % MAX_FAILURES_UP; n < MAX_FAILURES_UP; n++)
      if (
        this.#routing.parentAfter(n, this.#neighbour, true) &&
        this.#mac.queued(this.#neighbour) === 0 &&
        !this.#mac.holdsBack(this.#neighbour)
      )
        return true;
    return false;
  }

  /** Answers false where the packet fits no frame. */
  private hand(held: Held): boolean {
    const writer = this.#mac.prepare(this.#neighbour, held.number, hasteOf(held), held.sequence);
    if (writer === undefined) return false;
    const header = this.#header;
    if (held.way === Way.up) header.senderRank = this.#routing.rank;
    header.write(writer, this.#routing.root);
    return (
      compress(this.#packet, this.#mac.eui64, this.#neighbour, this.#contexts, writer) && this.#mac.submit()
    );
  }

  private onSent(neighbour: Uint8Array, attempts: number, acked: boolean, number: number): void {
    this.#underWay--;
    if (number === QUESTION) this.#routing.onSent(neighbour, attempts, acked);
    else this.sent(this.#queue.at(number), neighbour, attempts, acked);
    this.next();
    this.#mac.congested = this.#queue.congested;
  }

  private sent(held: Held, neighbour: Uint8Array, attempts: number, acked: boolean): void {
    held.sending = false;
    if (acked) {
      this.#counters.passedOn++;
      this.#queue.remove(held);
    }
    // Where many gasp at once what goes unanswered tells of the crowd, and not of the link.
    if (held.way !== Way.parent) this.#routing.onSent(neighbour, attempts, acked);
    if (!acked) this.failed(held);
  }

  private failed(held: Held): void {
    held.failures++;
    if (held.failures < mostFailures(held.way)) {
      if (goesUp(held)) this.#counters.rerouted++;
      return;
    }
    this.#counters.dropped.unanswered++;
    this.#queue.restore(held, this.#packet, this.#header);
    this.#queue.remove(held);
    if (held.way === Way.down) this.#routing.onUnreachable(this.#packet);
  }
}

/** Neighbours that ask each other can wait. Last gasps cannot, and are few, as many go together. */
function hasteOf({ way }: Held): number {
  if (way === Way.parent) return Haste.great;
  return way === Way.link ? Haste.none : Haste.some;
}

function mostFailures(way: number): number {
  if (way === Way.parent) return MAX_FAILURES_ANY;
  return way === Way.up ? MAX_FAILURES_UP : MAX_FAILURES_DOWN;
}

/** Whether another parent may do as well. */
function goesUp({ way }: Held): boolean {
  return way === Way.up || way === Way.parent;
}
