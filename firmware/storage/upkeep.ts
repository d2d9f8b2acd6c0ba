import { Timer, type Kernel } from "firmware/kernel/kernel";

/** The store that fills its sectors fastest, the registers', takes 150 s for one. */
const PERIOD_ms = 15_000;

/** A ring, or what stands in one. */
export interface Preparable {
  readonly prepared: boolean;
  prepare(): void;
}

/** Erases sectors before they are needed, so that no append waits for it: one store after the other, in turns. */
export class Upkeep {
  readonly #stores: readonly Preparable[];
  readonly #timer: Timer;
  #turn = 0;

  constructor(kernel: Kernel, stores: readonly Preparable[]) {
    this.#stores = stores;
    this.#timer = new Timer(kernel, () => this.run());
    this.#timer.startIn(PERIOD_ms);
  }

  private run(): void {
    const stores = this.#stores;
    this.#turn = (this.#turn + 1) % stores.length;
    const store = stores[this.#turn];
    if (!store.prepared) store.prepare();
    this.#timer.startIn(PERIOD_ms);
  }
}
