import { RecordBytes } from "firmware/storage/partitions";
import { RECORD_OVERHEAD_BYTES, type AppendRing } from "firmware/storage/ring";

/** Kind and length before an object. */
const HEAD_BYTES = 2;
const PAYLOAD_BYTES = RecordBytes.configuration - RECORD_OVERHEAD_BYTES;
/** The longest object. */
export const MAX_OBJECT_BYTES = PAYLOAD_BYTES - HEAD_BYTES;

/**
 * The latest object of each of a few kinds, in an append ring of 256-byte records with three sectors or more. A write
 * is an append, so that an object is replaced as a whole or not at all; those that only the oldest sector has are
 * appended again before it gives way.
 */
export class ObjectStore {
  readonly #ring: AppendRing;
  /** Position of the latest of each kind; 0 for none. */
  readonly #positions: Float64Array;
  readonly #record = new Uint8Array(PAYLOAD_BYTES);

  /**
   * Finds the latest objects: reads all records of the ring.
   * @param kinds numbered from 0 on; a sector must hold them all
   */
  constructor(ring: AppendRing, kinds: number) {
    this.#ring = ring;
    this.#positions = new Float64Array(kinds);
    const record = this.#record;
    for (let position = ring.oldest; position < ring.end; position++)
      if (ring.read(position, record) && record[0] < kinds) this.#positions[record[0]] = position;
  }

  /**
   * Copies the latest object of a kind into `into`.
   * @returns its length, or -1: there is none, or it does not fit
   */
  read(kind: number, into: Uint8Array): number {
    const record = this.#record;
    if (!this.#ring.read(this.#positions[kind], record)) return -1;
    const length = record[1];
    if (length > into.length) return -1;
    for (let i = 0; i < length; i++) into[i] = record[HEAD_BYTES + i];
    return length;
  }

  /**
   * Replaces the object of a kind by the first `length` bytes of `from`, {@link MAX_OBJECT_BYTES} at most. Blocks for a
   * program or a few, and for an erase once a sector where {@link prepare} was not called.
   * @returns false: the flash did not take it, and the object is as it was
   */
  write(kind: number, from: Uint8Array, length: number): boolean {
    this.carry();
    const record = this.#record.fill(0);
    record[0] = kind;
    record[1] = length;
    for (let i = 0; i < length; i++) record[HEAD_BYTES + i] = from[i];
    const position = this.#ring.append(record);
    if (position === 0) return false;
    this.#positions[kind] = position;
    return true;
  }

  /** Whether a write has to wait for no erase. */
  get prepared(): boolean {
    return this.#ring.prepared;
  }

  /** Erases the next sector where that is still to be done: 30 to 400 ms, which a write takes otherwise. */
  prepare(): void {
    this.carry();
    this.#ring.prepare();
  }

  /** Appends again what would be lost with the sector that gives way next. */
  private carry(): void {
    const positions = this.#positions;
    for (let kind = 0; kind < positions.length; kind++) {
      if (positions[kind] === 0 || positions[kind] >= this.#ring.nextOldest) continue;
      if (!this.#ring.read(positions[kind], this.#record)) continue;
      const position = this.#ring.append(this.#record);
      if (position !== 0) positions[kind] = position;
    }
  }
}
