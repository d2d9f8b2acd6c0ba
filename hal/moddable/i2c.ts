import type I2C from "embedded:io/i2c";
import type { I2c } from "hal/i2c";

/** What the platform adds to ECMA-419: there a `write` that asks for no stop makes one nevertheless on an ESP32. */
interface RepeatedStart {
  writeRead(bytes: Uint8Array, into: Uint8Array): void;
}

/** A chip on an I2C of ECMA-419 (13.5). */
export class ModdableI2c implements I2c {
  readonly #io: I2C & RepeatedStart;

  constructor(io: I2C) {
    this.#io = io as I2C & RepeatedStart;
  }

  write(bytes: Uint8Array): boolean {
    try {
      this.#io.write(bytes);
      return true;
    } catch {
      return false;
    }
  }

  writeRead(bytes: Uint8Array, into: Uint8Array): boolean {
    try {
      this.#io.writeRead(bytes, into);
      return true;
    } catch {
      return false;
    }
  }
}
