import { after } from "./wait";

/** Of an ESP32's UART. */
const FIFO_BYTES = 128;
/** 115,200 baud: 11 bytes a millisecond. */
const BYTES_PER_MS = 11;

interface Options {
  format: string;
  onReadable?: (count: number) => void;
  onWritable?: (count: number) => void;
}

/**
 * ECMA-419's serial port as on an ESP32: a write that the FIFO does not hold throws, and callbacks come later. A read of
 * more than has arrived throws, and a read does not tell how much it was, as on a Pico.
 */
export default class Serial {
  /** What has left on the line. */
  readonly sent: number[] = [];
  #output: number[] = [];
  #input: number[] = [];
  #onReadable: (count: number) => void;
  #onWritable: (count: number) => void;

  constructor({ format, onReadable, onWritable }: Options) {
    if (format !== "buffer") throw new RangeError("invalid format");
    this.#onReadable = onReadable ?? (() => {});
    this.#onWritable = onWritable ?? (() => {});
    after(0, () => this.#onWritable(FIFO_BYTES));
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > FIFO_BYTES - this.#output.length) throw new Error("output full");
    if (this.#output.length === 0 && bytes.length > 0) after(1, () => this.#drain());
    this.#output.push(...bytes);
  }

  read(into: Uint8Array): Uint8Array {
    if (into.length === 0 || into.length > this.#input.length) throw new Error("invalid");
    into.set(this.#input.splice(0, into.length));
    return into;
  }

  /** Bytes arrive on the line. */
  arrive(bytes: Uint8Array): void {
    this.#input.push(...bytes);
    after(0, () => this.#onReadable(this.#input.length));
  }

  #drain(): void {
    this.sent.push(...this.#output.splice(0, BYTES_PER_MS));
    if (this.#output.length > 0) after(1, () => this.#drain());
    else this.#onWritable(FIFO_BYTES);
  }
}
