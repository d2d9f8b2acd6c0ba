import { crc32 } from "firmware/codec/crc";
import { Reader, Writer } from "firmware/codec/cursor";
import type { RetainedMemory } from "hal/retained-memory";

/** Layout (2 bytes) and sequence number (4) before the payload, CRC-32 of all that (4) after it. */
const HEAD_BYTES = 6;
const OVERHEAD_BYTES = HEAD_BYTES + 4;

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
  #sequence = 0;

  /**
   * @param address of the first copy; the second follows
   * @param layout of the payload, 0 to 65,535: a record of another layout is not found
   */
  constructor(memory: RetainedMemory, address: number, layout: number, payloadBytes: number) {
    this.#memory = memory;
    this.#address = address;
    this.#layout = layout;
    this.#copy = new Uint8Array(payloadBytes + OVERHEAD_BYTES);
    this.#reader = new Reader(this.#copy);
    this.#writer = new Writer(this.#copy);
    const first = this.#load(0);
    const second = this.#load(1);
    this.found = first >= 0 || second >= 0;
    this.#sequence = Math.max(first, second, 0);
    if (first > second) this.#load(0);
    if (!this.found) this.#copy.fill(0);
  }

  /** A cursor at the start of the payload. */
  open(): Reader {
    this.#reader.reset(this.#copy, HEAD_BYTES, this.#copy.length - 4);
    return this.#reader;
  }

  /** Likewise, to write the whole payload before {@link save}. */
  begin(): Writer {
    this.#writer.reset(this.#copy, HEAD_BYTES, this.#copy.length - 4);
    return this.#writer;
  }

  save(): void {
    const copy = this.#copy;
    const writer = this.#writer;
    const end = copy.length - 4;
    this.#sequence = (this.#sequence + 1) >>> 0;
    writer.reset(copy, 0, copy.length);
    writer.u16(this.#layout);
    writer.u32(this.#sequence);
    writer.at = end;
    writer.u32(crc32(copy, 0, end));
    this.#memory.write(this.#addressOf(this.#sequence & 1), copy, copy.length);
  }

  /** Reads a copy and answers its sequence number, or -1 where it is not good. */
  #load(index: number): number {
    const copy = this.#copy;
    const reader = this.#reader;
    if (!this.#memory.read(this.#addressOf(index), copy, copy.length)) return -1;
    reader.reset(copy, 0, copy.length);
    const layout = reader.u16();
    const sequence = reader.u32();
    reader.at = copy.length - 4;
    const good = reader.u32() === crc32(copy, 0, copy.length - 4);
    return good && layout === this.#layout ? sequence : -1;
  }

  #addressOf(index: number): number {
    return this.#address + index * this.#copy.length;
  }
}
