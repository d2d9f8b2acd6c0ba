import Digital from "embedded:io/digital";
import type { DigitalInput, DigitalOutput } from "hal/digital-pin";

/** An input pin of ECMA-419 (13.2). */
export class ModdableInput implements DigitalInput {
  onReadable: () => void = () => {};
  readonly #io: Digital;

  /** @param edge `Digital.Rising`, `Digital.Falling` or both */
  constructor(pin: number, edge: number) {
    this.#io = new Digital({ pin, mode: Digital.Input, edge, onReadable: () => this.onReadable() });
  }

  read(): number {
    return this.#io.read();
  }
}

/** An output pin of ECMA-419 (13.2), high from the start: it is made for resets that are active low. */
export class ModdableOutput implements DigitalOutput {
  readonly #io: Digital;

  constructor(pin: number) {
    this.#io = new Digital({ pin, mode: Digital.Output });
    this.#io.write(1);
  }

  write(level: 0 | 1): void {
    this.#io.write(level);
  }
}
