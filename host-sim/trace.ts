import { createHash, type Hash } from "node:crypto";

const CHUNK_BYTES = 65_536;
/** Time, sender, channel and length. */
const FRAME_HEADER_BYTES = 16;
const MAX_FRAME_BYTES = 255;

/** A hash over all that happens in a run, so that two runs can be told to be the same. */
export class Trace {
  readonly #hash: Hash = createHash("sha256");
  readonly #view = new DataView(new ArrayBuffer(CHUNK_BYTES));
  readonly #bytes = new Uint8Array(this.#view.buffer);
  #used = 0;

  frame(at_us: number, from: number, channel: number, frame: Uint8Array, length: number): void {
    this.#room(FRAME_HEADER_BYTES + MAX_FRAME_BYTES);
    const view = this.#view;
    view.setFloat64(this.#used, at_us);
    view.setInt32(this.#used + 8, from);
    view.setInt16(this.#used + 12, channel);
    view.setInt16(this.#used + 14, length);
    this.#used += FRAME_HEADER_BYTES;
    for (let i = 0; i < length; i++) this.#bytes[this.#used + i] = frame[i];
    this.#used += length;
  }

  read(address: Uint8Array, done_ms: number): void {
    this.#room(24);
    this.#bytes.set(address, this.#used);
    this.#view.setFloat64(this.#used + 16, done_ms);
    this.#used += 24;
  }

  number(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#used, value);
    this.#used += 8;
  }

  /** Ends the trace: its hash in hexadecimal. */
  digest(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }

  #room(bytes: number): void {
    if (this.#used + bytes > CHUNK_BYTES) this.#flush();
  }

  #flush(): void {
    this.#hash.update(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }
}
