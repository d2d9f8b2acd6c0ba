import { Writer } from "firmware/codec/cursor";

/** One frame that waits to be sent. */
export class Slot {
  readonly frame: Uint8Array;
  length = 0;
  sequence = 0;
  broadcast = false;
  readonly destination = new Uint8Array(8);
  /** Writes into {@link frame}. */
  readonly writer: Writer;

  constructor(maxFrameBytes: number) {
    this.frame = new Uint8Array(maxFrameBytes);
    this.writer = new Writer(this.frame);
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
