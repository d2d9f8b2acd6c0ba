/** What is known of a gasp. */
export const GaspState = Object.freeze({
  free: 0,
  /** Left to nearer nodes. */
  faint: 1,
  /** Another node passes it on. */
  taken: 2,
  /** To be passed on. */
  waiting: 3,
  /** To be passed on, as all others have let go of it: it was handed over, or sent in vain. */
  owed: 4,
  /** On its way. */
  sent: 5,
  /** The head end has it from this node, or the node that it was handed on to. */
  known: 6,
});

export const NO_ROW = -1;
const EUI64_BYTES = 8;

/** Last gasps that a node has heard in an outage, a row a meter; 25 bytes each. */
export class GaspTable {
  readonly eui64: Uint8Array;
  readonly start: Uint32Array;
  /** UTC; 0 unknown. */
  readonly failed_ms: Float64Array;
  /** A {@link GaspState} each. */
  readonly state: Uint8Array;
  /** Of {@link taken} rows, the one that is given up next. */
  #oldest = 0;

  constructor(capacity: number) {
    this.eui64 = new Uint8Array(EUI64_BYTES * capacity);
    this.start = new Uint32Array(capacity);
    this.failed_ms = new Float64Array(capacity);
    this.state = new Uint8Array(capacity);
  }

  get capacity(): number {
    return this.state.length;
  }

  get bytes(): number {
    return (EUI64_BYTES + 4 + 8 + 1) * this.capacity;
  }

  find(eui64: Uint8Array): number {
    for (let row = 0; row < this.capacity; row++)
      if (this.state[row] !== GaspState.free && this.has(row, eui64)) return row;
    return NO_ROW;
  }

  /**
   * Gives a row that is free, or the one in which a gasp that another passes on has stood longest; one that was
   * handed over may take that of one that has gone on, too.
   */
  add(eui64: Uint8Array, start: number, failed_ms: number, state: number): boolean {
    const row = this.room(state === GaspState.owed);
    if (row === NO_ROW) return false;
    for (let i = 0; i < EUI64_BYTES; i++) this.eui64[EUI64_BYTES * row + i] = eui64[i]!;
    this.start[row] = start;
    this.failed_ms[row] = failed_ms;
    this.state[row] = state;
    return true;
  }

  /** How many rows are in this state. */
  count(state: number): number {
    let count = 0;
    for (let row = 0; row < this.capacity; row++) if (this.state[row] === state) count++;
    return count;
  }

  /** Puts all rows that are in one state into another. */
  turn(from: number, to: number): void {
    for (let row = 0; row < this.capacity; row++) if (this.state[row] === from) this.state[row] = to;
  }

  private room(isOwed: boolean): number {
    for (let i = 0; i < this.capacity; i++) {
      const row = (this.#oldest + i) % this.capacity;
      const state = this.state[row];
      if (state > GaspState.taken && !(isOwed && state === GaspState.known)) continue;
      this.#oldest = (row + 1) % this.capacity;
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
