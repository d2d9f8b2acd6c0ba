import { endOf } from "firmware/mesh/mac/queue";

/** A neighbour that gets no frame before a certain time: the one that this was said of last. */
export class Hold {
  #neighbour = -1;
  #until_ms = -Infinity;

  hold(eui64: Uint8Array, until_ms: number): void {
    this.#neighbour = endOf(eui64);
    this.#until_ms = until_ms;
  }

  /** -Infinity for any other neighbour. */
  until_ms(eui64: Uint8Array): number {
    return endOf(eui64) === this.#neighbour ? this.#until_ms : -Infinity;
  }
}
