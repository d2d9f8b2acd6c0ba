import Digital from "embedded:io/digital";
import { ModdableInput } from "hal/moddable/digital-pin";
import type { PowerMonitor } from "hal/power-monitor";

const MAINS = 1;

/** A pin that is high while the mains are there: the output of a comparator on the rectified mains. */
export class ModdablePowerMonitor implements PowerMonitor {
  onFailing: () => void = () => {};
  onRestored: () => void = () => {};
  #failing: boolean;
  readonly #input: ModdableInput;

  constructor(
    pin: number,
    readonly holdUp_ms: number,
  ) {
    const input = new ModdableInput(pin, Digital.Rising | Digital.Falling);
    input.onReadable = () => this.look();
    this.#input = input;
    this.#failing = input.read() !== MAINS;
  }

  get failing(): boolean {
    return this.#failing;
  }

  /** Edges may come late, or once for two: what counts is the level. */
  private look(): void {
    const failing = this.#input.read() !== MAINS;
    if (failing === this.#failing) return;
    this.#failing = failing;
    if (failing) this.onFailing();
    else this.onRestored();
  }
}
