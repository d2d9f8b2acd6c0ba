import { Timer, type Kernel } from "firmware/kernel/kernel";
import type { AppendRing } from "firmware/storage/ring";

/** The store that fills its sectors fastest, the registers', takes 150 s for one. */
const PERIOD_ms = 30_000;

/** Erases sectors before they are needed, so that no append waits for it: one each time, a while after the start. */
export class Upkeep {
  readonly #rings: readonly AppendRing[];
  readonly #timer: Timer;

  constructor(kernel: Kernel, rings: readonly AppendRing[]) {
    this.#rings = rings;
    this.#timer = new Timer(kernel, () => this.#run());
    this.#timer.startIn(PERIOD_ms);
  }

  #run(): void {
    const rings = this.#rings;
    let at = 0;
    while (at < rings.length && rings[at].prepared) at++;
    if (at < rings.length) rings[at].prepare();
    this.#timer.startIn(PERIOD_ms);
  }
}
