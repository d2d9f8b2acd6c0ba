import type { FlashOperation, NorFlash } from "./flash";

/**
 * What a power loss leaves of an operation. "torn": it got through its first `bytes`; the bits of the next one are
 * weak where `weak` says so. "mask": each bit that it was to change is changed with the probability `done`; of those
 * that are not, the share `weak` is weak. A weak bit reads as 0 or 1, each time anew.
 */
export type Cut =
  | { readonly how: "before" | "after" }
  | { readonly how: "torn"; readonly bytes: number; readonly weak: boolean }
  | { readonly how: "mask"; readonly done: number; readonly weak: number };

/** Comes out of a flash operation: what ran on it has ended, and its memory is lost. */
export class PowerLoss extends Error {
  constructor() {
    super("power loss");
  }
}

/** What several partitions are powered by: counts their operations, and fails at one of them. */
export class PowerSupply {
  /** Programs and erases that were begun. */
  operations = 0;
  #cutAt = Infinity;
  #cut: Cut = { how: "before" };

  feed(flash: NorFlash): void {
    flash.beforeOperation = (operation) => this.#begin(operation);
  }

  /** Fails in the operation number `operation`, 0 being the first that was ever begun. It comes back by itself. */
  cutAt(operation: number, cut: Cut): void {
    this.#cutAt = operation;
    this.#cut = cut;
  }

  #begin(operation: FlashOperation): void {
    if (this.operations++ !== this.#cutAt) return;
    operation.flash.tear(operation, this.#cut);
    throw new PowerLoss();
  }
}
