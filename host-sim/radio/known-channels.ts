import { modulo } from "firmware/mesh/mac/listening";
import { INTERVAL_ms, WINDOW_ms } from "firmware/mesh/mac/pan-clock";
import { channelOf, DWELL_ms, SEQUENCE_ms } from "firmware/mesh/mac/schedule";

/** What is known of a station stands together, in one line of a processor's cache. */
const COLUMNS = 8;
/** Its channel, and from when until when it listens there. */
const CHANNEL = 0;
const FROM_us = 1;
const UNTIL_us = 2;
/** Of a station whose sequence is known: when these times of its own were read, and what its channels are made of. */
const READ_us = 3;
const LOCAL_ms = 4;
const SEED = 5;
const PAN_ms = 6;
const PAN_SEED = 7;

/** Of {@link KnownChannels.channelAt}; no frame is there. */
export const UNSURE = -3;

/** Crystals are not farther off true time; nor is, together with them, what nodes reckon that of their coordinator to be. */
const DRIFT = 50e-6;
const PAN_DRIFT = 150e-6;
/** Times read in whole milliseconds are not wrong by more. */
const ROUNDING_ms = 2;
/** Then a station is asked anew: guards would leave little of a slot. */
const READING_us = 120e6;

/** How the firmware of a station hops: see `ListeningSchedule`. */
export interface Sequence {
  readonly seed: number;
  /** The PAN that has its broadcast windows; `synced` where the station knows them. */
  readonly pan: { readonly synced: boolean; readonly seed: number; at(at_ms: number): number };
}

/**
 * Where the stations of a medium are known to listen, by number: a frame passes over those that are elsewhere without a
 * question to each. Of those that hop in the way of the firmware it is worked out from a reading of their clocks, but for
 * the moments about the ends of slots, in which only they themselves can tell.
 */
export class KnownChannels {
  #known = new Float64Array(0);
  #stations = 0;
  /** The broadcast window worked out last: all nodes of a PAN share it. */
  #windowSeed = -1;
  #window = -1;
  #windowChannel = -1;

  /** One more station, of which nothing is known. */
  add(): void {
    const station = this.#stations++;
    if (this.#known.length < COLUMNS * this.#stations) {
      const known = new Float64Array(2 * COLUMNS * this.#stations);
      known.set(this.#known);
      this.#known = known;
    }
    this.forget(station);
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
    this.set(station, -1, -Infinity, -Infinity);
    this.#known[COLUMNS * station + READ_us] = -Infinity;
  }

  /** It hops along `sequence`, until further word; its clock stands at `local_ms` at `at_us`. */
  follows(station: number, { seed, pan }: Sequence, local_ms: number, at_us: number): void {
    const known = this.#known;
    const row = COLUMNS * station;
    known[row + UNTIL_us] = -Infinity;
    known[row + READ_us] = at_us;
    known[row + LOCAL_ms] = local_ms;
    known[row + SEED] = seed;
    known[row + PAN_ms] = pan.synced ? pan.at(local_ms) : -Infinity;
    known[row + PAN_SEED] = pan.seed;
  }

  /** The channel on which alone it hears a frame that begins at `at_us`, or {@link UNSURE}. */
  channelAt(station: number, at_us: number): number {
    const known = this.#known;
    const row = COLUMNS * station;
    if (at_us >= known[row + UNTIL_us] && !this.#workOut(row, at_us)) return UNSURE;
    return at_us >= known[row + FROM_us] ? known[row + CHANNEL] : UNSURE;
  }

  /** Finds the slot of `at_us`. False where that is not sure. */
  #workOut(row: number, at_us: number): boolean {
    const known = this.#known;
    const ago_us = at_us - known[row + READ_us];
    if (Math.abs(ago_us) > READING_us) return false;
    const ago_ms = ago_us / 1000;
    const guard_ms = ROUNDING_ms + DRIFT * Math.abs(ago_ms);
    const panGuard_ms = ROUNDING_ms + PAN_DRIFT * Math.abs(ago_ms);
    const pan_ms = known[row + PAN_ms] + ago_ms;
    let left_ms = Infinity;
    if (pan_ms > -Infinity) {
      const interval = Math.floor(pan_ms / INTERVAL_ms);
      const into_ms = pan_ms - interval * INTERVAL_ms;
      if (into_ms < WINDOW_ms + panGuard_ms) {
        if (into_ms < panGuard_ms || into_ms >= WINDOW_ms - panGuard_ms) return false;
        const channel = this.#windowChannelOf(known[row + PAN_SEED], interval);
        this.#found(row, channel, at_us, WINDOW_ms - panGuard_ms - into_ms);
        return true;
      }
      left_ms = INTERVAL_ms - panGuard_ms - into_ms;
    }
    const sequence_ms = modulo(known[row + LOCAL_ms] + ago_ms, SEQUENCE_ms);
    const slot = Math.floor(sequence_ms / DWELL_ms);
    const into_ms = sequence_ms - slot * DWELL_ms;
    left_ms = Math.min(left_ms, DWELL_ms - guard_ms - into_ms);
    if (into_ms < guard_ms || left_ms <= 0) return false;
    this.#found(row, channelOf(known[row + SEED], slot), at_us, left_ms);
    return true;
  }

  #found(row: number, channel: number, at_us: number, left_ms: number): void {
    const known = this.#known;
    known[row + CHANNEL] = channel;
    known[row + FROM_us] = at_us;
    known[row + UNTIL_us] = at_us + left_ms * 1000;
  }

  #windowChannelOf(seed: number, interval: number): number {
    if (interval !== this.#window || seed !== this.#windowSeed) {
      this.#window = interval;
      this.#windowSeed = seed;
      this.#windowChannel = channelOf(seed, interval);
    }
    return this.#windowChannel;
  }
}
