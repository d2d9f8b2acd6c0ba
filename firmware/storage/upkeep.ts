import { Timer, type Kernel } from "firmware/kernel/kernel";
import type { AppendRing } from "firmware/storage/ring";
import type { PowerMonitor } from "hal/power-monitor";

/** The store that fills its sectors fastest, the registers', takes 150 s for one. */
const PERIOD_ms = 30_000;

/** Erases sectors before they are needed, so that no append waits for it: one each time, a while after the start. */
export class Upkeep {
  readonly #rings: readonly AppendRing[];
  readonly #power: PowerMonitor | undefined;
  readonly #timer: Timer;

  /** @param power while it fails nothing is erased */
  constructor(kernel: Kernel, rings: readonly AppendRing[], power?: PowerMonitor) {
    this.#rings = rings;
    this.#power = power;
    this.#timer = new Timer(kernel, () => this.#run());
    this.#timer.startIn(PERIOD_ms);
  }

  #run(): void {
    const rings = this.#rings;
    this.#timer.startIn(PERIOD_ms);
    if (this.#power?.failing) return;
    let at = 0;
    while (at < rings.length && rings[at].prepared) at++;
    if (at < rings.length) rings[at].prepare();
  }
}
