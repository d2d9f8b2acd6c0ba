import { Writer } from "firmware/codec/cursor";
import { WisunFrame } from "firmware/mesh/mac/elements";

/** One frame that waits to be sent. */
export class Slot {
  readonly payload: Uint8Array;
  length = 0;
  sequence = 0;
  broadcast = false;
  readonly destination = new Uint8Array(8);
  /** One of {@link WisunFrame}: data or an advertisement. */
  frameType: number = WisunFrame.data;
  /** Of an advertisement: what its asker wants back, and where it stood in its sequence when it asked. */
  challenge = 0;
  asker_ms = 0;
  asked_ms = 0;
  /** Writes into {@link payload}. */
  readonly writer: Writer;

  constructor(maxFrameBytes: number) {
    this.payload = new Uint8Array(maxFrameBytes);
    this.writer = new Writer(this.payload);
  }

  /** An advertisement, sent to all where {@link destination} listens. */
  get toAsker(): boolean {
    return this.frameType === WisunFrame.advertisement;
  }
}

/** Frames in the order in which they will be sent; all room is taken at the start. */
export class Queue {
  length = 0;
  readonly #slots: Slot[] = [];
  #first = 0;

  constructor(capacity: number, maxFrameBytes: number) {
    for (let i = 0; i < capacity; i++) this.#slots.push(new Slot(maxFrameBytes));
  }

  /** The frame that is being sent; there is one while {@link length} is above 0. */
  get head(): Slot {
    return this.#slots[this.#first];
  }

  /** The slot that {@link push} will add, to be filled before; undefined while the queue is full. */
  get free(): Slot | undefined {
    if (this.length === this.#slots.length) return undefined;
    return this.#slots[(this.#first + this.length) % this.#slots.length];
  }

  push(): void {
    this.length++;
  }

  shift(): void {
    this.#first = (this.#first + 1) % this.#slots.length;
    this.length--;
  }
}
