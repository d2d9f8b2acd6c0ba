import { CHANNELS, frameTime_us } from "hal/channel-plan";

/**
 * FCC 15.247 (a)(1)(i) allows 400 ms on a channel in any 20 s. A node allows itself half of that, so that one which has
 * restarted, and knows nothing of what it sent before, stays within it too.
 */
const ALLOWED_ms = 200;
const WINDOW_ms = 20_000;
const BUCKET_ms = 5_000;
/** Any 20 s touch so many. */
const BUCKETS = WINDOW_ms / BUCKET_ms + 1;
/** Of the entries; 16 bits hold 655 ms. */
const UNIT_us = 10;

/**
 * What a node has sent on each channel lately. Time is counted in buckets of 5 s, each of which counts in full until all
 * of it is 20 s ago: the account never says less than was sent.
 */
export class DwellAccount {
  readonly #sent = new Uint16Array(CHANNELS * BUCKETS);
  #bucket = 0;

  /** RAM of its entries. */
  get bytes(): number {
    return this.#sent.byteLength;
  }

  /** Enters a frame of `length` bytes that is about to be sent. False where it may not be: nothing is entered then. */
  enter(channel: number, length: number, now_ms: number): boolean {
    this.advance(now_ms);
    const time = Math.ceil(frameTime_us(length) / UNIT_us);
    let sum = time;
    for (let i = 0; i < BUCKETS; i++) sum += this.#sent[channel * BUCKETS + i];
    if (sum * UNIT_us > ALLOWED_ms * 1000) return false;
    this.#sent[channel * BUCKETS + (this.#bucket % BUCKETS)] += time;
    return true;
  }

  /** Empties the buckets that are used anew. */
  private advance(now_ms: number): void {
    const bucket = Math.floor(now_ms / BUCKET_ms);
    if (bucket === this.#bucket) return;
    const stale = Math.min(BUCKETS, bucket - this.#bucket);
    for (let back = 0; back < stale; back++) {
      const column = (bucket - back) % BUCKETS;
      for (let at = column; at < this.#sent.length; at += BUCKETS) this.#sent[at] = 0;
    }
    this.#bucket = bucket;
  }
}
