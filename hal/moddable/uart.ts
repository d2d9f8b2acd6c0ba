import type Serial from "embedded:io/serial";
import type { Uart, UartTimes } from "hal/uart";
import Timer from "timer";

type SerialOptions = ConstructorParameters<typeof Serial>[0];

/**
 * A chip on a serial port of ECMA-419 (13.6). That leaves no pauses between bytes and tells of them by callbacks, which do
 * not come while something blocks; so bytes are written one by one, and looked for every millisecond.
 */
export class ModdableUart implements Uart {
  readonly #io: Serial;
  readonly #times: UartTimes;

  /** @param options pins, port and baud rate; the format is added */
  constructor(Io: typeof Serial, options: SerialOptions, times: UartTimes) {
    this.#io = new Io({ ...options, format: "number" });
    this.#times = times;
  }

  write(bytes: Uint8Array): void {
    this.send(bytes);
    Timer.delay(this.#times.pause_ms);
  }

  writeRead(bytes: Uint8Array, into: Uint8Array): boolean {
    this.send(bytes);
    const isWhole = this.receive(into);
    Timer.delay(this.#times.pause_ms);
    return isWhole;
  }

  private send(bytes: Uint8Array): void {
    // A delay ends with a tick of the platform's, so that one which begins with a tick is as long as it says.
    Timer.delay(1);
    for (let i = 0; i < bytes.length; i++) {
      while (this.next() >= 0);
      this.#io.write(bytes[i]);
      Timer.delay(this.#times.byte_ms);
    }
  }

  private receive(into: Uint8Array): boolean {
    let waited_ms = 0;
    for (let count = 0; count < into.length;) {
      const byte = this.next();
      if (byte >= 0) {
        into[count++] = byte;
        waited_ms = 0;
      } else if (waited_ms++ < this.#times.timeout_ms) Timer.delay(1);
      else return false;
    }
    return true;
  }

  /** A byte that has come; -1 where there is none. */
  private next(): number {
    try {
      return (this.#io.read() as number | undefined) ?? -1;
    } catch {
      // As a Pico says it.
      return -1;
    }
  }
}
