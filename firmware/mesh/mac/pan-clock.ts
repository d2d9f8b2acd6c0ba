import { channelOf } from "firmware/mesh/mac/schedule";
import { COUNTER_BLOCK, type CounterStore } from "firmware/mesh/mac/security";

/** All nodes of a PAN listen to one channel for the first {@link WINDOW_ms} of each so long an interval. */
export const INTERVAL_ms = 1_020;
export const WINDOW_ms = 255;
/** Of {@link PanClock.age}. */
export const AGE_UNIT_ms = 16_000;
const MAX_AGE = 255;
/** How far the clock may be set back: what a hop's delays may be wrong by. */
const BACKWARD_ms = INTERVAL_ms;
/** A sender's clock, and a frame on its way, may be so far behind. */
const FRESH_ms = 2 * INTERVAL_ms;
/** Two readings at least so far apart tell how fast this node's crystal is. */
const DRIFT_SPAN_ms = 600_000;
const MAX_DRIFT = 100e-6;
export const NO_CHALLENGE = 0;

/**
 * The time of the PAN, in broadcast intervals since it began: the coordinator's, handed on from neighbour to neighbour
 * with its age, so that newer word replaces older and never the other way. It never goes back across restarts of the
 * coordinator. So it tells the broadcast windows, and tells a frame recorded earlier from one made now.
 */
export class PanClock {
  /** Knows the PAN's time. */
  synced = false;
  /** Of this node's solicitations, while it asks: whoever gives it back has answered them. Else {@link NO_CHALLENGE}. */
  challenge = NO_CHALLENGE;
  /** What makes the sequence of its windows its own. */
  seed = 0;
  /** Of a coordinator: where the numbers of its intervals come from, and up to which they are reserved. */
  #store: CounterStore | undefined;
  #reserved = 0;
  /** PAN time and age at {@link #reference_ms} of the node's own clock. */
  #pan_ms = 0;
  #age_ms = 0;
  #reference_ms = 0;
  #drift = 0;
  #anchorPan_ms = 0;
  #anchor_ms = 0;
  /** Frames from before this PAN time are not taken from strangers. */
  #floor_ms = 0;

  constructor(panId: number) {
    this.enter(panId);
  }

  /** From now on the time is that of another PAN, and not known. */
  enter(panId: number): void {
    this.seed = Math.imul(panId + 1, 0x9e3779b1) >>> 0;
    this.synced = false;
  }

  /** This node is the coordinator, whose time all others follow. */
  coordinate(store: CounterStore, at_ms: number): void {
    const first = Math.max(0, store.reserve());
    this.#store = store;
    this.#reserved = first + COUNTER_BLOCK;
    this.set(first * INTERVAL_ms, 0, at_ms);
    this.synced = true;
  }

  /** PAN time in milliseconds. */
  at(at_ms: number): number {
    return this.#pan_ms + Math.round((at_ms - this.#reference_ms) * (1 + this.#drift));
  }

  /** The number of the interval at `at_ms`, of which a coordinator sees to it that no restart gives it out again. */
  interval(at_ms: number): number {
    const interval = Math.floor(this.at(at_ms) / INTERVAL_ms);
    if (this.#store !== undefined && interval >= this.#reserved && this.#store.reserve() >= 0)
      this.#reserved += COUNTER_BLOCK;
    return interval;
  }

  /** How long ago the coordinator said so, in {@link AGE_UNIT_ms}, at most 255. */
  age(at_ms: number): number {
    if (this.#store !== undefined) return 0;
    const age_ms = this.#age_ms + at_ms - this.#reference_ms;
    return Math.min(MAX_AGE, Math.floor(age_ms / AGE_UNIT_ms));
  }

  /** Gives up a time that nobody has confirmed for over an hour; answers whether it did. */
  expire(at_ms: number): boolean {
    if (!this.synced || this.age(at_ms) !== MAX_AGE) return false;
    this.synced = false;
    return true;
  }

  /** The channel of the window of the interval that holds `pan_ms`. */
  channelAt(pan_ms: number): number {
    return channelOf(this.seed, Math.floor(pan_ms / INTERVAL_ms));
  }

  /** Takes the time from a neighbour whose word is proven fresh: the first after a start, or after a long silence. */
  join(pan_ms: number, age: number, at_ms: number): void {
    this.set(pan_ms, age * AGE_UNIT_ms, at_ms);
    this.#floor_ms = pan_ms;
    this.#drift = 0;
    this.synced = true;
    this.challenge = NO_CHALLENGE;
  }

  /**
   * Takes newer word from a neighbour.
   * @returns whether the time was set
   */
  learn(pan_ms: number, age: number, at_ms: number): boolean {
    if (this.#store !== undefined || age >= this.age(at_ms)) return false;
    const ahead_ms = pan_ms - this.at(at_ms);
    if (ahead_ms < -BACKWARD_ms) return false;
    const span_ms = at_ms - this.#anchor_ms;
    const anchorPan_ms = this.#anchorPan_ms;
    const anchor_ms = this.#anchor_ms;
    this.set(pan_ms, age * AGE_UNIT_ms, at_ms);
    if (Math.abs(ahead_ms) > BACKWARD_ms) return true;
    if (span_ms < DRIFT_SPAN_ms) {
      this.#anchorPan_ms = anchorPan_ms;
      this.#anchor_ms = anchor_ms;
      return true;
    }
    const drift = (pan_ms - anchorPan_ms) / span_ms - 1;
    this.#drift = Math.max(-MAX_DRIFT, Math.min(MAX_DRIFT, (this.#drift + drift) / 2));
    return true;
  }

  /** Whether a frame that says `pan_ms` cannot be a recorded one. */
  fresh(pan_ms: number, at_ms: number): boolean {
    return this.synced && pan_ms >= this.at(at_ms) - FRESH_ms && pan_ms >= this.#floor_ms;
  }

  private set(pan_ms: number, age_ms: number, at_ms: number): void {
    this.#pan_ms = pan_ms;
    this.#age_ms = age_ms;
    this.#reference_ms = at_ms;
    this.#anchorPan_ms = pan_ms;
    this.#anchor_ms = at_ms;
  }
}
