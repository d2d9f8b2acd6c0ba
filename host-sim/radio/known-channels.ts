/**
 * Where the stations of a medium are known to listen, by number: a frame passes over those that are elsewhere without a
 * question to each.
 */
export class KnownChannels {
  readonly #channels: number[] = [];
  readonly #from_us: number[] = [];
  readonly #until_us: number[] = [];

  /** One more station, of which nothing is known. */
  add(): void {
    this.#until_us.push(-Infinity);
    this.#from_us.push(-Infinity);
    this.#channels.push(-1);
  }

  /** From `from_us` until `until_us` the station hears nothing but what is on `channel`. */
  set(station: number, channel: number, from_us: number, until_us: number): void {
    this.#channels[station] = channel;
    this.#from_us[station] = from_us;
    this.#until_us[station] = until_us;
  }

  /** Until further word. */
  stays(station: number, channel: number): void {
    this.set(station, channel, -Infinity, Infinity);
  }

  forget(station: number): void {
    this.#until_us[station] = -Infinity;
  }

  /** Whether it surely does not hear a frame on `channel` that begins at `at_us`. */
  isElsewhere(station: number, channel: number, at_us: number): boolean {
    const isKnown = at_us >= this.#from_us[station] && at_us < this.#until_us[station];
    return isKnown && this.#channels[station] !== channel;
  }
}
