import { endOf } from "firmware/mesh/mac/queue";

/** A frame that took so many retries, or was given up, says that many send to its receiver. */
const CROWDED_RETRIES = 3;
const MAX_PRESSURE = 3;
/** A retry waits for up to 2^2 of its receiver's slots; in a crowd for up to 2^4 of them, 4 s: more would keep queues full. */
const MAX_DOUBLINGS = 2;
const MAX_CROWD_DOUBLINGS = 4;

/**
 * Over how many slots of its receiver a retry is spread, where nodes hop. Many that send to one receiver mostly do not hear
 * each other: all that keeps them from drowning each other out is that each sends the more rarely the more there are.
 * So what the last frames took is kept, of the neighbour that was the last to be hard to reach; at the balance a first
 * attempt succeeds in one of three cases, near where slotless ALOHA carries most.
 */
export class Contention {
  /** The neighbour, by the end of its EUI-64. */
  #crowded = -1;
  /** How often the spread is doubled beyond what the number of retries asks for. */
  #pressure = 0;

  /** A frame to `eui64` was acknowledged after so many retries, or given up. */
  ended(eui64: Uint8Array, retries: number, acked: boolean): void {
    const neighbour = endOf(eui64);
    if (!acked || retries >= CROWDED_RETRIES) {
      if (neighbour !== this.#crowded) this.#pressure = 0;
      this.#crowded = neighbour;
      this.#pressure = Math.min(this.#pressure + 1, MAX_PRESSURE);
    } else if (retries === 0 && neighbour === this.#crowded && this.#pressure > 0) {
      this.#pressure--;
    }
  }

  /**
   * In how many slots, from the receiver's next one on, retry number `retries` may be.
   * @param hurries it makes no room for others
   */
  slots(eui64: Uint8Array, retries: number, hurries: boolean): number {
    const pressure = !hurries && endOf(eui64) === this.#crowded ? this.#pressure : 0;
    return 1 << Math.min(Math.min(retries - 1, MAX_DOUBLINGS) + pressure, MAX_CROWD_DOUBLINGS);
  }
}
