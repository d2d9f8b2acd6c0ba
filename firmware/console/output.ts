import type { SerialPort } from "hal/serial-port";

/**
 * Room for what the port has not taken yet: a prompt, and one line in another's place, which is back to its start, over
 * it, back again, and the new one.
 */
const BUFFER_BYTES = 640;

/** A command writes a line only while this much room is left, so nothing it says is cut. */
export const LINE_ROOM = 256;

/** Text on its way to the serial port: a fixed buffer that empties as the port takes it. ASCII only. */
export class Output {
  /**
   * Goes on with the command that runs: called when room has come back after the buffer was too full for another line,
   * and by a command for whose answer it was waiting. Set once.
   */
  resume: () => void = () => {};
  readonly #port: SerialPort;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #length = 0;
  #waiting = false;

  constructor(port: SerialPort) {
    this.#port = port;
    port.onWritable = () => this.flush();
  }

  /** Whether another line fits; when not, {@link resume} will be called. */
  get hasRoom(): boolean {
    const room = BUFFER_BYTES - this.#length >= LINE_ROOM;
    this.#waiting = !room;
    return room;
  }

  text(text: string): void {
    const buffer = this.#buffer;
    const count = Math.min(text.length, BUFFER_BYTES - this.#length);
    for (let i = 0; i < count; i++) buffer[this.#length + i] = text.charCodeAt(i);
    this.#length += count;
    this.flush();
  }

  byte(value: number): void {
    if (this.#length < BUFFER_BYTES) this.#buffer[this.#length++] = value;
    this.flush();
  }

  /** Writes `text` and ends the line. */
  line(text: string): void {
    this.text(text);
    this.text("\r\n");
  }

  private flush(): void {
    const taken = this.#port.write(this.#buffer, this.#length);
    if (taken > 0) {
      this.#buffer.copyWithin(0, taken, this.#length);
      this.#length -= taken;
    }
    if (this.#waiting && this.hasRoom) this.resume();
  }
}
