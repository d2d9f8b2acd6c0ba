import type { ObjectStore } from "firmware/storage/object-store";
import type { RecordBuffer } from "firmware/storage/record-buffer";

const ROOT_BYTES = 16;
const BYTES = ROOT_BYTES + 4 + 2;
const NO_PAN = -1;

/**
 * Keeps which root a node is with, in which PAN, and how often it has changed it: a restart is no move, and forgets
 * none.
 */
export class Moves {
  readonly #objects: ObjectStore;
  readonly #kind: number;
  readonly #buffer: RecordBuffer;

  /**
   * @param kind of the object
   * @param buffer shared with others
   */
  constructor(objects: ObjectStore, kind: number, buffer: RecordBuffer) {
    this.#objects = objects;
    this.#kind = kind;
    this.#buffer = buffer;
  }

  /**
   * Copies the address of the root into `root`, which stays as it is where none is kept.
   * @returns how often the node has changed it
   */
  load(root: Uint8Array): number {
    if (this.#objects.read(this.#kind, this.#buffer.bytes) !== BYTES) return 0;
    const reader = this.#buffer.open(BYTES);
    reader.copy(root, 0, ROOT_BYTES);
    return reader.u32();
  }

  /** Of the root; -1 where none is kept. */
  get panId(): number {
    if (this.#objects.read(this.#kind, this.#buffer.bytes) !== BYTES) return NO_PAN;
    const reader = this.#buffer.open(BYTES);
    reader.take(BYTES - 2);
    return reader.u16();
  }

  /** Where the flash does not take it, it is known until the next restart. */
  save(root: Uint8Array, moves: number, panId: number): void {
    const writer = this.#buffer.begin(BYTES);
    writer.copy(root, 0, ROOT_BYTES);
    writer.u32(moves);
    writer.u16(panId);
    this.#objects.write(this.#kind, this.#buffer.bytes, BYTES);
  }
}
