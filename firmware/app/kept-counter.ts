import { Reader, Writer } from "firmware/codec/cursor";
import { COUNTER_BLOCK, type CounterStore } from "firmware/mesh/mac/security";
import type { ObjectStore } from "firmware/storage/object-store";

const BYTES = 4;
const LAST_FIRST = 2 ** 32 - COUNTER_BLOCK;

/** A counter in an object store: what is kept is the first number that was never reserved. */
export class KeptCounter implements CounterStore {
  readonly #store: ObjectStore;
  readonly #kind: number;
  readonly #bytes = new Uint8Array(BYTES);

  constructor(store: ObjectStore, kind: number) {
    this.#store = store;
    this.#kind = kind;
  }

  reserve(): number {
    const bytes = this.#bytes;
    const kept = this.#store.read(this.#kind, bytes) === BYTES;
    const first = kept ? new Reader(bytes).u32() : 0;
    if (first > LAST_FIRST) return -1;
    new Writer(bytes).u32(first + COUNTER_BLOCK);
    return this.#store.write(this.#kind, bytes, BYTES) ? first : -1;
  }
}
