import { EUI64_BYTES, type GaspColumns } from "firmware/power/gasp-codec";

/** What is known of a gasp. */
export const GaspState = Object.freeze({
  /** It is another node's now, and remembered: a circle or a lost acknowledgement may bring it back. */
  passedOn: 1,
  waiting: 2,
  /** In the message that is under way. */
  sent: 3,
});

/**
 * What was passed on and comes back has gone in a circle, as nodes go by ranks of different ages, or is a copy. Whoever has
 * it owes it, and passes it on anew, so often.
 */
const MAX_RETURNS = 2;

const NO_ROW = -1;

/** Last gasps that a node has heard of in an outage, a row a meter; 14 bytes each. */
export class GaspTable implements GaspColumns {
  readonly eui64: Uint8Array;
  readonly failed_s: Uint32Array;
  /** A {@link GaspState} each. */
  readonly state: Uint8Array;
  /** How often each has come back. */
  readonly #returns: Uint8Array;
  /** In use: those from here on are free. */
  rows = 0;
  /** Of rows that were passed on, the one that is given up next. */
  #oldest = 0;

  constructor(capacity: number) {
    this.eui64 = new Uint8Array(EUI64_BYTES * capacity);
    this.failed_s = new Uint32Array(capacity);
    this.state = new Uint8Array(capacity);
    this.#returns = new Uint8Array(capacity);
  }

  /** Whether this meter's gasp is in the message that is under way. */
  isSent(eui64: Uint8Array): boolean {
    const row = this.find(eui64);
    return row !== NO_ROW && this.state[row] === GaspState.sent;
  }

  /**
   * Lets a gasp wait, if it is not known or has come back: in its meter's row, or one that is free, or that of the one
   * that was passed on the longest ago.
   * @returns false where there is no room
   */
  note(eui64: Uint8Array, failed_s: number): boolean {
    let row = this.find(eui64);
    if (row !== NO_ROW && this.failed_s[row] === failed_s) {
      if (this.state[row] === GaspState.passedOn && this.#returns[row] < MAX_RETURNS) {
        this.#returns[row]++;
        this.state[row] = GaspState.waiting;
      }
      return true;
    }
    if (row === NO_ROW) row = this.room();
    if (row === NO_ROW) return false;
    for (let i = 0; i < EUI64_BYTES; i++) this.eui64[EUI64_BYTES * row + i] = eui64[i]!;
    this.failed_s[row] = failed_s;
    this.state[row] = GaspState.waiting;
    this.#returns[row] = 0;
    return true;
  }

  /** How many rows are in this state. */
  count(state: number): number {
    let count = 0;
    for (let row = 0; row < this.rows; row++) if (this.state[row] === state) count++;
    return count;
  }

  /** Puts all rows that are in one state into another. */
  turn(from: number, to: number): void {
    for (let row = 0; row < this.rows; row++) if (this.state[row] === from) this.state[row] = to;
  }

  private find(eui64: Uint8Array): number {
    for (let row = 0; row < this.rows; row++) if (this.has(row, eui64)) return row;
    return NO_ROW;
  }

  private room(): number {
    if (this.rows < this.state.length) return this.rows++;
    for (let i = 0; i < this.rows; i++) {
      const row = (this.#oldest + i) % this.rows;
      if (this.state[row] !== GaspState.passedOn) continue;
      this.#oldest = (row + 1) % this.rows;
      return row;
    }
    return NO_ROW;
  }

  private has(row: number, eui64: Uint8Array): boolean {
    for (let i = EUI64_BYTES - 1; i >= 0; i--)
      if (this.eui64[EUI64_BYTES * row + i] !== eui64[i]) return false;
    return true;
  }
}
