import { Writer } from "firmware/codec/cursor";
import { WisunFrame } from "firmware/mesh/mac/elements";

/** How much hurry there is with a frame. */
export const Haste = Object.freeze({
  /** It waits for its receiver's own channels: in a broadcast window all neighbours would hear it. */
  none: 0,
  some: 1,
  /** Its retries do not make room for others, and are few: the sender has another way. */
  great: 2,
});

/** One frame that waits to be sent. */
export class Slot {
  used = false;
  /** Frames to one destination are sent in the order in which they came. */
  order = 0;
  readonly payload: Uint8Array;
  length = 0;
  sequence = 0;
  broadcast = false;
  readonly destination = new Uint8Array(8);
  /** What the sender knows it by. */
  tag = 0;
  /** One of {@link Haste}. */
  haste: number = Haste.some;
  /** One of {@link WisunFrame}: data or an advertisement. */
  frameType: number = WisunFrame.data;
  /** Of an advertisement: what its asker wants back, and where it stood in its sequence when it asked. */
  challenge = 0;
  asker_ms = 0;
  asked_ms = 0;
  /** Its turn has come, and what follows is valid; and its end is being told. */
  begun = false;
  done = false;
  /** Of the next attempt. */
  due_ms = 0;
  /** Attempts after the first one, and how often it has been on the air. */
  retries = 0;
  sent = 0;
  /** NB and BE of CSMA-CA. */
  backoffs = 0;
  backoffExponent = 0;
  /** Writes into {@link payload}. */
  readonly writer: Writer;

  constructor(maxBytes: number) {
    this.payload = new Uint8Array(maxBytes);
    this.writer = new Writer(this.payload);
  }

  /** An advertisement, sent to all where {@link destination} listens. */
  get toAsker(): boolean {
    return this.frameType === WisunFrame.advertisement;
  }
}

/** Frames that wait to be sent; all room is taken at the start. */
export class Queue {
  /** Slots in use. */
  length = 0;
  /** In no order. */
  readonly slots: Slot[] = [];
  /** One of them, for an advertisement. */
  readonly advertisement = new Slot(0);
  #order = 0;

  constructor(capacity: number, maxFrameBytes: number) {
    for (let i = 0; i < capacity; i++) this.slots.push(new Slot(maxFrameBytes));
    this.slots.push(this.advertisement);
  }

  /** A slot for data, to be filled and then given to {@link push}; undefined while all are in use. */
  get free(): Slot | undefined {
    for (let i = 0; i < this.slots.length - 1; i++) if (!this.slots[i].used) return this.slots[i];
    return undefined;
  }

  push(slot: Slot): void {
    slot.used = true;
    slot.begun = false;
    slot.done = false;
    slot.order = this.#order++;
    this.length++;
  }

  remove(slot: Slot): void {
    slot.used = false;
    this.length--;
  }

  /** How many frames wait for this destination; to all, where it is undefined. */
  count(destination: Uint8Array | undefined): number {
    let count = 0;
    for (let i = 0; i < this.slots.length; i++) {
      const slot = this.slots[i];
      if (!slot.used || slot.done) continue;
      if (destination === undefined ? slot.broadcast : isTo(slot, destination)) count++;
    }
    return count;
  }

  /** Whether no frame came before this one; or, where nodes hop, none to the same destination. */
  isNext(slot: Slot, hopping: boolean): boolean {
    for (let i = 0; i < this.slots.length; i++) {
      const other = this.slots[i];
      if (!other.used || other.order >= slot.order) continue;
      if (!hopping || (slot.broadcast ? other.broadcast : isTo(other, slot.destination))) return false;
    }
    return true;
  }
}

function isTo(slot: Slot, destination: Uint8Array): boolean {
  return !slot.broadcast && sameEui64(slot.destination, destination);
}

export function sameEui64(a: Uint8Array, b: Uint8Array): boolean {
  // From the end, where the addresses of one maker differ.
  for (let i = 7; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

/** What tells the neighbours of one node apart, well enough for when to send to them: the addresses of one maker differ there. */
export function endOf(eui64: Uint8Array): number {
  return (eui64[6] << 8) | eui64[7];
}
