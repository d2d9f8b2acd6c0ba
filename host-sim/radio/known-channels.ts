/** What is known of a station stands together: its channel, and from when until when it listens there. */
const COLUMNS = 3;
const CHANNEL = 0;
const FROM_us = 1;
const UNTIL_us = 2;

/**
 * Where the stations of a medium are known to listen, by number: a frame passes over those that are elsewhere without a
 * question to each.
 */
export class KnownChannels {
  #known = new Float64Array(0);
  #stations = 0;

  /** One more station, of which nothing is known. */
  add(): void {
    const station = this.#stations++;
    if (this.#known.length < COLUMNS * this.#stations) {
      const known = new Float64Array(2 * COLUMNS * this.#stations);
      known.set(this.#known);
      this.#known = known;
    }
    this.set(station, -1, -Infinity, -Infinity);
  }

  /** From `from_us` until `until_us` the station hears nothing but what is on `channel`. */
  set(station: number, channel: number, from_us: number, until_us: number): void {
    const row = COLUMNS * station;
    this.#known[row + CHANNEL] = channel;
    this.#known[row + FROM_us] = from_us;
    this.#known[row + UNTIL_us] = until_us;
  }

  /** Until further word. */
  stays(station: number, channel: number): void {
    this.set(station, channel, -Infinity, Infinity);
  }

  forget(station: number): void {
    this.#known[COLUMNS * station + UNTIL_us] = -Infinity;
  }

  /** Whether it surely does not hear a frame on `channel` that begins at `at_us`. */
  isElsewhere(station: number, channel: number, at_us: number): boolean {
    const known = this.#known;
    const row = COLUMNS * station;
    return at_us < known[row + UNTIL_us] && known[row + CHANNEL] !== channel && at_us >= known[row + FROM_us];
  }
}
