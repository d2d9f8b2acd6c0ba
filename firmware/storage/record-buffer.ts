import { Reader, Writer } from "firmware/codec/cursor";
import { LONGEST_RECORD_BYTES } from "firmware/storage/partitions";
import { RECORD_OVERHEAD_BYTES } from "firmware/storage/ring";

/**
 * Payloads on their way to flash and from there, with cursors over them: one for all stores of a device, as nobody
 * needs what is in it for longer than a call takes.
 */
export class RecordBuffer {
  /** Room for the longest payload. */
  readonly bytes = new Uint8Array(LONGEST_RECORD_BYTES - RECORD_OVERHEAD_BYTES);
  readonly #reader = new Reader(this.bytes);
  readonly #writer = new Writer(this.bytes);

  /** A cursor over the first `length` bytes, to read. */
  open(length: number): Reader {
    this.#reader.reset(this.bytes, 0, length);
    return this.#reader;
  }

  /** A cursor over the first `length` bytes, to write; they are zeros now. */
  begin(length: number): Writer {
    this.bytes.fill(0, 0, length);
    this.#writer.reset(this.bytes, 0, length);
    return this.#writer;
  }
}
