import type Serial from "embedded:io/serial";
import type { SerialPort } from "hal/serial-port";

type SerialOptions = ConstructorParameters<typeof Serial>[0];

/** A serial port of ECMA-419 (13.6). */
export class ModdableSerial implements SerialPort {
  onReadable: () => void = () => {};
  onWritable: () => void = () => {};
  readonly #io: Serial;
  /** Bytes that the platform's buffer takes; writing more than that throws. */
  #room = 0;
  /** Bytes that the platform's buffer holds; on a Pico reading more than that throws. */
  #readable = 0;
  #cutShort = false;

  /** @param options pins, port and baud rate; format and callbacks are added */
  constructor(Io: typeof Serial, options: SerialOptions) {
    this.#io = new Io({
      ...options,
      format: "buffer",
      onReadable: (count) => {
        this.#readable = count;
        this.onReadable();
      },
      onWritable: (room) => this.writable(room),
    });
  }

  write(bytes: Uint8Array, length: number): number {
    const count = Math.min(length, this.#room);
    this.#cutShort = count < length;
    if (count > 0) this.#io.write(count === bytes.length ? bytes : bytes.subarray(0, count));
    this.#room -= count;
    return count;
  }

  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#readable);
    if (count > 0) this.#io.read(count === into.length ? into : into.subarray(0, count));
    this.#readable -= count;
    return count;
  }

  private writable(room: number): void {
    this.#room = room;
    if (!this.#cutShort) return;
    this.#cutShort = false;
    this.onWritable();
  }
}
