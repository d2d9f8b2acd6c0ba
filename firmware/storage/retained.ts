import { Reader, Writer } from "firmware/codec/cursor";
import type { RetainedMemory } from "hal/retained-memory";

/** Layout and sequence number before the payload, a check word over all that after it: 4 bytes each. */
const HEAD_BYTES = 8;
const CHECK_BYTES = 4;
const OVERHEAD_BYTES = HEAD_BYTES + CHECK_BYTES;

/** Records in retained memory, one after the other: the order and sizes in which they are asked for are their map. */
export class RetainedRecords {
  #address = 0;

  constructor(private readonly memory: RetainedMemory) {}

  next(layout: number, payloadBytes: number): RetainedRecord {
    const record = new RetainedRecord(this.memory, this.#address, layout, payloadBytes);
    this.#address += 2 * (payloadBytes + OVERHEAD_BYTES);
    return record;
  }
}

/**
 * A record in retained memory, as two copies that are written in turn: a reset in the middle of {@link save} leaves the
 * one before. The payload is read and written with the cursors, which start over at {@link open} and {@link begin}.
 */
export class RetainedRecord {
  /** Whether a good copy was found. Where not, the payload is zeros. */
  readonly found: boolean;
  readonly #memory: RetainedMemory;
  readonly #address: number;
  readonly #layout: number;
  readonly #copy: Uint8Array;
  readonly #reader: Reader;
  readonly #writer: Writer;
  /** Writes what is around the payload. */
  readonly #seal: Writer;
  #sequence = 0;

  /**
   * @param address of the first copy; the second follows
   * @param layout of the payload: a record of another layout is not found
   * @param payloadBytes a multiple of 4
   */
  constructor(memory: RetainedMemory, address: number, layout: number, payloadBytes: number) {
    this.#memory = memory;
    this.#address = address;
    this.#layout = layout;
    this.#copy = new Uint8Array(payloadBytes + OVERHEAD_BYTES);
    this.#reader = new Reader(this.#copy);
    this.#writer = new Writer(this.#copy, HEAD_BYTES, this.#copy.length - CHECK_BYTES);
    this.#seal = new Writer(this.#copy);
    const first = this.load(0);
    const second = this.load(1);
    this.found = first >= 0 || second >= 0;
    this.#sequence = Math.max(first, second, 0);
    if (first > second) this.load(0);
    if (!this.found) this.#copy.fill(0);
  }

  /** A cursor at the start of the payload. */
  open(): Reader {
    this.#reader.reset(this.#copy, HEAD_BYTES, this.#copy.length - CHECK_BYTES);
    return this.#reader;
  }

  /** A cursor to write the payload from `offset` on, before {@link save}; the rest of it stays as it was. */
  at(offset: number): Writer {
    this.#writer.at = HEAD_BYTES + offset;
    return this.#writer;
  }

  save(): void {
    const copy = this.#copy;
    const seal = this.#seal;
    const end = copy.length - CHECK_BYTES;
    this.#sequence = (this.#sequence + 1) >>> 0;
    seal.at = 0;
    seal.u32(this.#layout);
    seal.u32(this.#sequence);
    seal.at = end;
    seal.u32(checkWord(copy, end));
    this.#memory.write(this.addressOf(this.#sequence & 1), copy, copy.length);
  }

  /** Reads a copy and answers its sequence number, or -1 where it is not good. */
  private load(index: number): number {
    const copy = this.#copy;
    const reader = this.#reader;
    if (!this.#memory.read(this.addressOf(index), copy, copy.length)) return -1;
    reader.reset(copy, 0, copy.length);
    const layout = reader.u32();
    const sequence = reader.u32();
    reader.at = copy.length - CHECK_BYTES;
    const good = reader.u32() === checkWord(copy, reader.at - CHECK_BYTES);
    return good && layout === this.#layout ? sequence : -1;
  }

  private addressOf(index: number): number {
    return this.#address + index * this.#copy.length;
  }
}

/**
 * Tells a record from noise and from a write that was cut off, over `bytes[0, end)` by words of 32 bits: the mixing
 * step of MurmurHash3. A CRC would take ten times as long, and this is done at every poll.
 */
function checkWord(bytes: Uint8Array, end: number): number {
  let word = end;
  for (let i = 0; i < end; i += 4) {
    const next = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
    word = Math.imul(word ^ next, 0x85ebca6b);
    word ^= word >>> 15;
  }
  return word >>> 0;
}
