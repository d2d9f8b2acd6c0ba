/** How many senders are remembered: more than can be in the middle of a retry at once on one channel. */
const ENTRIES = 16;
/**
 * How long a sequence number is remembered: longer than the retries of a frame take, but for the longest in a crowd (see
 * `csma.ts`), and shorter than it takes a sender to go through all 256 numbers.
 */
const LIFETIME_ms = 20_000;

/** The last sequence number heard from each of the latest senders, to tell a retry from a new frame. */
export class Duplicates {
  readonly #sources = new Uint8Array(ENTRIES * 8);
  readonly #sequences = new Uint8Array(ENTRIES);
  readonly #heard_ms = new Float64Array(ENTRIES).fill(-Infinity);

  /** Remembers a frame, and answers whether it had been heard before. */
  seen(source: Uint8Array, sequence: number, now_ms: number): boolean {
    let entry = 0;
    for (let i = 0; i < ENTRIES; i++) {
      if (this.isFrom(i, source)) {
        const repeated = this.#sequences[i] === sequence && now_ms - this.#heard_ms[i] <= LIFETIME_ms;
        this.#sequences[i] = sequence;
        this.#heard_ms[i] = now_ms;
        return repeated;
      }
      if (this.#heard_ms[i] < this.#heard_ms[entry]) entry = i;
    }
    for (let i = 0; i < 8; i++) this.#sources[entry * 8 + i] = source[i]!;
    this.#sequences[entry] = sequence;
    this.#heard_ms[entry] = now_ms;
    return false;
  }

  /** From the end, where the addresses of one maker differ. */
  private isFrom(entry: number, source: Uint8Array): boolean {
    for (let i = 7; i >= 0; i--) if (this.#sources[entry * 8 + i] !== source[i]) return false;
    return true;
  }
}
