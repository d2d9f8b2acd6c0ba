import { Timer, type Kernel } from "firmware/kernel/kernel";

/** The store that fills its sectors fastest, the registers', takes 150 s for one. */
const PERIOD_ms = 120_000;
/** After one was prepared, as after a start all of them may have to be: each is then well before that. */
const NEXT_ms = 15_000;

/** A ring, or what stands in one. */
export interface Preparable {
  readonly prepared: boolean;
  prepare(): void;
}

/** Erases sectors before they are needed, so that no append waits for it: at most one at a time, each store in its turn. */
export class Upkeep {
  readonly #stores: readonly Preparable[];
  readonly #timer: Timer;
  /** The store whose turn it was last. */
  #turn = -1;

  constructor(kernel: Kernel, stores: readonly Preparable[]) {
    this.#stores = stores;
    this.#timer = new Timer(kernel, () => this.run());
    this.#timer.startIn(PERIOD_ms);
  }

  private run(): void {
    const stores = this.#stores;
    let wait_ms = PERIOD_ms;
    for (let i = 0; i < stores.length; i++) {
      this.#turn = (this.#turn + 1) % stores.length;
      if (stores[this.#turn].prepared) continue;
      stores[this.#turn].prepare();
      wait_ms = NEXT_ms;
      break;
    }
    this.#timer.startIn(wait_ms);
  }
}
