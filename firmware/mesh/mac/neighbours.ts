import { modulo } from "firmware/mesh/mac/listening";
import { SEQUENCE_ms, seedOf } from "firmware/mesh/mac/schedule";

export const NONE = -1;

const ROW_BYTES = 5 * 8 + 2 * 4 + 4 + 8;
/**
 * Longer than a frame of a neighbour that was forgotten could pass as fresh, see `PanClock.fresh`: what it sent is then
 * refused for its time instead of its counter.
 */
const KEEP_ms = 10_000;
/** Neighbours that frames were exchanged with lately stay, unless there are none but those. */
const EXCHANGED_ms = 3_600_000;
/** A reading is wrong by so much, by timers and what the software takes to get a frame. */
const READING_ms = 3;
/** Two readings at least so far apart tell how fast a neighbour's crystal is. */
const DRIFT_SPAN_ms = 600_000;
const MAX_DRIFT = 100e-6;
/** What a crystal may be off by before that is measured, against ours; and from then on, by its temperature. */
const UNKNOWN_DRIFT = 50e-6;
const CHANGING_DRIFT = 15e-6;

/**
 * What a node knows of its neighbours: the last frame counter of each, and where it stands in its hop sequence. Rows are
 * numbered from 0; a row may get another neighbour when one is admitted.
 */
export class Neighbours {
  readonly capacity: number;
  count = 0;
  readonly #buffer: ArrayBuffer;
  readonly #addresses: Uint8Array;
  readonly #seeds: Uint32Array;
  readonly #counters: Uint32Array;
  readonly #drifts: Float32Array;
  /** Of this node's clock: the last frame, the last exchange, the last reading and the one that the drift is from. */
  readonly #heard_ms: Float64Array;
  readonly #exchanged_ms: Float64Array;
  readonly #read_ms: Float64Array;
  readonly #anchor_ms: Float64Array;
  /** Where the neighbour stood in its sequence: at `read` in the lower half of a row's pair, at `anchor` in the upper. */
  readonly #sequence_ms: Uint32Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    const buffer = new ArrayBuffer(capacity * ROW_BYTES);
    let at = 0;
    const doubles = (): Float64Array => {
      const view = new Float64Array(buffer, at, capacity);
      at += view.byteLength;
      return view;
    };
    this.#buffer = buffer;
    this.#heard_ms = doubles();
    this.#exchanged_ms = doubles();
    this.#read_ms = doubles();
    this.#anchor_ms = doubles();
    this.#sequence_ms = new Uint32Array(buffer, at, 2 * capacity);
    at += 8 * capacity;
    this.#seeds = new Uint32Array(buffer, at, capacity);
    this.#counters = new Uint32Array(buffer, at + 4 * capacity, capacity);
    this.#drifts = new Float32Array(buffer, at + 8 * capacity, capacity);
    this.#addresses = new Uint8Array(buffer, at + 12 * capacity, 8 * capacity);
  }

  /** RAM of its rows. */
  get bytes(): number {
    return this.#buffer.byteLength;
  }

  /** The row of a neighbour, or {@link NONE}. */
  find(eui64: Uint8Array): number {
    for (let row = 0; row < this.count; row++) if (this.isOf(row, eui64)) return row;
    return NONE;
  }

  /**
   * Makes a row for a neighbour that has none. The one heard longest ago gives way; one heard within
   * {@link KEEP_ms} does not.
   * @returns NONE where there is no room
   */
  admit(eui64: Uint8Array, now_ms: number): number {
    const row = this.count < this.capacity ? this.count++ : this.oldest(now_ms);
    if (row === NONE) return NONE;
    for (let i = 0; i < 8; i++) this.#addresses[row * 8 + i] = eui64[i];
    this.#seeds[row] = seedOf(eui64);
    this.#counters[row] = 0;
    this.#drifts[row] = 0;
    this.#heard_ms[row] = now_ms;
    this.#exchanged_ms[row] = -Infinity;
    this.#read_ms[row] = -Infinity;
    this.#anchor_ms[row] = -Infinity;
    return row;
  }

  /** Forgets all. */
  clear(): void {
    this.count = 0;
  }

  seed(row: number): number {
    return this.#seeds[row];
  }

  /** The counter of the last frame taken from it, plus 1: lower ones are replays. */
  nextCounter(row: number): number {
    return this.#counters[row];
  }

  /** A frame was taken from it. */
  heard(row: number, counter: number, now_ms: number): void {
    this.#counters[row] = counter + 1;
    this.#heard_ms[row] = now_ms;
  }

  /** It has acknowledged a frame, or was sent an acknowledgement. */
  exchanged(row: number, now_ms: number): void {
    this.#exchanged_ms[row] = now_ms;
  }

  /** It stood at `sequence_ms` in its sequence at `at_ms` of this node's clock. */
  read(row: number, sequence_ms: number, at_ms: number): void {
    const pair = 2 * row;
    const span_ms = at_ms - this.#anchor_ms[row];
    if (span_ms >= DRIFT_SPAN_ms || span_ms < 0) {
      const late_ms = modulo(sequence_ms - this.#sequence_ms[pair + 1] - span_ms, SEQUENCE_ms);
      const drift = (late_ms > SEQUENCE_ms / 2 ? late_ms - SEQUENCE_ms : late_ms) / span_ms;
      // What is no crystal is a restart, or the first reading.
      this.#drifts[row] = Math.abs(drift) <= MAX_DRIFT ? drift : 0;
      this.#anchor_ms[row] = at_ms;
      this.#sequence_ms[pair + 1] = sequence_ms;
    }
    this.#read_ms[row] = at_ms;
    this.#sequence_ms[pair] = sequence_ms;
  }

  /** Where it stands in its sequence, as far as is known. */
  sequence_ms(row: number, at_ms: number): number {
    const passed_ms = (at_ms - this.#read_ms[row]) * (1 + this.#drifts[row]);
    return modulo(this.#sequence_ms[2 * row] + passed_ms, SEQUENCE_ms);
  }

  /** By how much {@link sequence_ms} may be wrong; Infinity where nothing is known. */
  uncertainty_ms(row: number, at_ms: number): number {
    const drift = this.#drifts[row] === 0 ? UNKNOWN_DRIFT : CHANGING_DRIFT;
    return READING_ms + (at_ms - this.#read_ms[row]) * drift;
  }

  private oldest(now_ms: number): number {
    let oldest = NONE;
    let least_ms = Infinity;
    for (let row = 0; row < this.count; row++) {
      if (now_ms - this.#heard_ms[row] < KEEP_ms) continue;
      const exchanged_ms = this.#exchanged_ms[row];
      const value_ms = now_ms - exchanged_ms < EXCHANGED_ms ? now_ms + exchanged_ms : this.#heard_ms[row];
      if (value_ms >= least_ms) continue;
      least_ms = value_ms;
      oldest = row;
    }
    return oldest;
  }

  /** From the end, where the addresses of one maker differ. */
  private isOf(row: number, eui64: Uint8Array): boolean {
    for (let i = 7; i >= 0; i--) if (this.#addresses[row * 8 + i] !== eui64[i]) return false;
    return true;
  }
}
