import { Reader, Writer } from "firmware/codec/cursor";
import { readPacket, writeHeader } from "firmware/ip/ipv6";
import { IPV6_HEADER_BYTES, type Packet } from "firmware/ip/packet";
import type { RoutingHeader } from "firmware/mesh/forwarding/routing-header";

/** No packet that fits a frame has a longer payload: what header compression saves, it does not save of that. */
export const MESH_PAYLOAD_BYTES = 240;
/** A packet with its routing header: what the header takes here beyond its form in a frame, packets do not need. */
const SLOT_BYTES = IPV6_HEADER_BYTES + MESH_PAYLOAD_BYTES + 8;
/** Slots that only urgent packets may take. */
const URGENT_SLOTS = 2;
/** A neighbour may hold this many times what is left for all: one alone gets two thirds, of many each gets a share. */
const SHARE = 2;
/** {@link Held.neighbour} of the node's own packets that go up, or no further than the next node. */
export const OWN = -1;

/** Where a held packet goes. */
export const Way = Object.freeze({
  /** To a neighbour, by its link-local address. */
  link: 0,
  /** To whatever parent there is when its turn comes. */
  up: 1,
  /** To the next router of its source route, and after the last one to its destination. */
  down: 2,
  /** To whatever parent there is when its turn comes, and no further. */
  parent: 3,
});

/** A packet that waits for its turn. */
export class Held {
  used = false;
  /** The MAC has it. */
  sending = false;
  urgent = false;
  /** Whose share it takes, as the outbox tells; or {@link OWN}. */
  neighbour = OWN;
  way: number = Way.up;
  /** How often the MAC has given it up. */
  failures = 0;
  /** Of its frames, to whichever neighbours: see `Mac.newSequence`. */
  sequence = 0;
  /** Packets are sent in the order in which they came. */
  order = 0;
  /** Of what is kept of it. */
  length = 0;

  /**
   * @param number among the slots of its queue
   * @param at where that lies in the queue's bytes
   */
  constructor(
    readonly number: number,
    readonly at: number,
  ) {}
}

/** Packets that wait, of this node and of others; all room is taken at the start. */
export class PacketQueue {
  /** Slots in use. */
  length = 0;
  readonly capacity: number;
  readonly #slots: Held[] = [];
  readonly #bytes: Uint8Array;
  readonly #writer: Writer;
  readonly #reader: Reader;
  /** The root relative to which routes are compressed: here none, as a node may get another one meanwhile. */
  readonly #noRoot = new Uint8Array(0);
  #order = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    for (let i = 0; i < capacity; i++) this.#slots.push(new Held(i, i * SLOT_BYTES));
    this.#bytes = new Uint8Array(capacity * SLOT_BYTES);
    this.#writer = new Writer(this.#bytes);
    this.#reader = new Reader(this.#bytes);
  }

  /**
   * A slot for one more packet on the account of `neighbour`, which the caller fills; undefined where there is no room for
   * it: the last slots are for urgent ones, and of the others no neighbour gets more than its share.
   */
  add(neighbour: number, urgent: boolean): Held | undefined {
    const left = this.capacity - this.length - (urgent ? 0 : URGENT_SLOTS);
    if (left <= 0) return undefined;
    if (!urgent && neighbour !== OWN && this.countOf(neighbour) >= SHARE * left) return undefined;
    const slot = this.free();
    slot.used = true;
    slot.sending = false;
    slot.neighbour = neighbour;
    slot.urgent = urgent;
    slot.failures = 0;
    slot.order = this.#order++;
    this.length++;
    return slot;
  }

  /** Keeps a copy in a slot. False: too long for any frame. */
  keep(slot: Held, packet: Packet, header: RoutingHeader): boolean {
    const w = this.#writer;
    w.reset(this.#bytes, slot.at, slot.at + SLOT_BYTES);
    header.write(w, this.#noRoot);
    const at = w.take(IPV6_HEADER_BYTES);
    w.copy(packet.payload, 0, packet.payloadLength);
    if (!w.ok) return false;
    writeHeader(packet, this.#bytes, at);
    slot.length = w.at - slot.at;
    return true;
  }

  /** Takes up what a slot keeps. */
  restore(slot: Held, packet: Packet, header: RoutingHeader): void {
    const r = this.#reader;
    r.reset(this.#bytes, slot.at, slot.at + slot.length);
    header.read(r, this.#noRoot);
    readPacket(r, packet);
  }

  remove(slot: Held): void {
    slot.used = false;
    this.length--;
  }

  /** The slot of a number. */
  at(number: number): Held {
    return this.#slots[number];
  }

  /**
   * The packet whose turn it is, of those that the MAC has not got: urgent ones first, then the oldest.
   * @param after the one whose turn comes before; undefined for the first one
   */
  next(after: Held | undefined): Held | undefined {
    let first: Held | undefined;
    for (let i = 0; i < this.capacity; i++) {
      const slot = this.#slots[i];
      if (!slot.used || slot.sending || (after !== undefined && !isBefore(after, slot))) continue;
      if (first === undefined || isBefore(slot, first)) first = slot;
    }
    return first;
  }

  /** So little room that senders should hold back. */
  get congested(): boolean {
    return this.capacity - this.length <= this.capacity >> 2;
  }

  private free(): Held {
    let i = 0;
    while (this.#slots[i].used) i++;
    return this.#slots[i];
  }

  private countOf(neighbour: number): number {
    let count = 0;
    for (let i = 0; i < this.capacity; i++) {
      const slot = this.#slots[i];
      if (slot.used && slot.neighbour === neighbour) count++;
    }
    return count;
  }
}

function isBefore(a: Held, b: Held): boolean {
  return a.urgent === b.urgent ? a.order < b.order : a.urgent;
}
