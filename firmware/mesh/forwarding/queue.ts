import { Reader } from "firmware/codec/cursor";
import { readPacket, writeHeader } from "firmware/ip/ipv6";
import { IPV6_HEADER_BYTES, type Packet } from "firmware/ip/packet";
import { RoutingHeader } from "firmware/mesh/forwarding/routing-header";

/** The longest packet that fits a frame: what header compression saves, it does not save of the payload. */
const MAX_PACKET_BYTES = IPV6_HEADER_BYTES + 240;
/** Slots that only urgent packets may take. */
const URGENT_SLOTS = 2;
/** A child may hold this many times what is left for all: one alone gets two thirds, of many each gets a share. */
const SHARE = 2;
/** {@link Held.child} of the node's own packets. */
export const OWN = -1;

/** Where a held packet goes. */
export const Way = Object.freeze({
  /** To a neighbour, by its link-local address. */
  link: 0,
  /** To whatever parent there is when its turn comes. */
  up: 1,
  /** To the next router of its source route, and after the last one to its destination. */
  down: 2,
});

/** A packet that waits for its turn. */
export class Held {
  used = false;
  urgent = false;
  /** Which neighbour it came from, or {@link OWN}. */
  child = OWN;
  way: number = Way.up;
  readonly header = new RoutingHeader();
  /** How often the MAC has given it up. */
  failures = 0;
  /** Packets are sent in the order in which they came. */
  order = 0;
  readonly #bytes = new Uint8Array(MAX_PACKET_BYTES);
  #length = 0;
  readonly #reader = new Reader(this.#bytes);

  /** Keeps a copy. False: too long for any frame. */
  keep(packet: Packet): boolean {
    const length = IPV6_HEADER_BYTES + packet.payloadLength;
    if (length > MAX_PACKET_BYTES) return false;
    writeHeader(packet, this.#bytes, 0);
    for (let i = 0; i < packet.payloadLength; i++) this.#bytes[IPV6_HEADER_BYTES + i] = packet.payload[i]!;
    this.#length = length;
    return true;
  }

  /** Writes what is kept into `packet`. */
  restore(packet: Packet): void {
    this.#reader.reset(this.#bytes, 0, this.#length);
    readPacket(this.#reader, packet);
  }
}

/** Packets that wait, of this node and of others; all room is taken at the start. */
export class PacketQueue {
  /** Slots in use. */
  length = 0;
  readonly capacity: number;
  readonly #slots: Held[] = [];
  #order = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    for (let i = 0; i < capacity; i++) this.#slots.push(new Held());
  }

  /**
   * A slot for one more packet of `child`, which the caller fills; undefined where there is no room for it: the last
   * slots are for urgent ones, and of the others no child gets more than its share.
   */
  add(child: number, urgent: boolean): Held | undefined {
    const left = this.capacity - this.length - (urgent ? 0 : URGENT_SLOTS);
    if (left <= 0) return undefined;
    if (!urgent && child !== OWN && this.#countOf(child) >= SHARE * left) return undefined;
    const slot = this.#free();
    slot.used = true;
    slot.child = child;
    slot.urgent = urgent;
    slot.failures = 0;
    slot.order = this.#order++;
    this.length++;
    return slot;
  }

  remove(slot: Held): void {
    slot.used = false;
    this.length--;
  }

  /** The packet whose turn it is: urgent ones first, then the oldest. */
  next(): Held | undefined {
    let first: Held | undefined;
    for (let i = 0; i < this.capacity; i++) {
      const slot = this.#slots[i];
      if (!slot.used) continue;
      if (first === undefined || isBefore(slot, first)) first = slot;
    }
    return first;
  }

  /** So little room that senders should hold back. */
  get congested(): boolean {
    return this.capacity - this.length <= this.capacity >> 2;
  }

  #free(): Held {
    let i = 0;
    while (this.#slots[i].used) i++;
    return this.#slots[i];
  }

  #countOf(child: number): number {
    let count = 0;
    for (let i = 0; i < this.capacity; i++) {
      const slot = this.#slots[i];
      if (slot.used && slot.child === child) count++;
    }
    return count;
  }
}

function isBefore(a: Held, b: Held): boolean {
  return a.urgent === b.urgent ? a.order < b.order : a.urgent;
}
