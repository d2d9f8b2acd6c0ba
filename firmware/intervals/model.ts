/**
 * How likely the next number of a column is, from those before it: what followed when it was like now follows again.
 * docs/interval-codec.md, "Model", states every number and why. Integers only, so that all engines agree to the bit.
 */
import type { RangeDecoder, RangeEncoder } from "firmware/codec/range-coder";

/** Numbers below this are a bucket each; beyond, each octave has {@link OCTAVE}, of which the rest is equally likely. */
const EXACT = 16;
const OCTAVE_BITS = 3;
const OCTAVE = 1 << OCTAVE_BITS;
/** Up to 2^53-1. */
const BUCKETS = EXACT + 49 * OCTAVE;
/** Total of the frequencies of all buckets. */
const TOTAL = 0x10000;

/** Buckets before the first number, and what they are taken for. */
const CONTEXT = 4;
const START_BUCKET = 40;

/**
 * Unlikeness of a past place to the present one, in eighths of an octave of weight: 8 log2(1 + (16 d / scale)^2) for
 * the distances d of the last bucket, of the one before it, and of the mean of the two before those, up to a limit of
 * d; and by intervals between their times of day.
 */
const DISTANCES = 64;
const SCALES_x16 = Object.freeze([32, 98, 222]);
const TIME_UNLIKENESS = Object.freeze([0, 12, 20, 23, 25, 26, 26, 27]);
const FAR_TIME = 8;
const FAR_TIME_UNLIKENESS = 28;
/** Weights by unlikeness: at most 2^12, so that the sum of 1,023 of them by {@link SHARES} stays below 2^30. */
const WEIGHTS = 256;
const MOST_WEIGHT = 4096;

/** How a weight is shared out around the bucket that followed: 256ths that lie below a bucket, from 5 under it on. */
const SHARES = 256;
const REACH = 5;
const SHARES_BELOW = Object.freeze([0, 1, 3, 8, 21, 72, 184, 235, 248, 253, 255]);

/** Weight by {@link SHARES} of all that is new, on each side of the last bucket, and how near to it half of it lies. */
const NOVELTY = 12_800;
const NOVELTY_REACH = 4;
const FIRST_REACH = 14;

/** Codes a column of numbers from 0 to 2^53-1. Made once, and cleared for each column. */
export class ValueModel {
  /** Oldest first, after {@link CONTEXT}. */
  readonly #buckets: Int16Array;
  /** Place of the next bucket. */
  #now = CONTEXT;
  /** Place up to which all buckets are the same. */
  #alike = CONTEXT;
  /** Intervals a day. */
  #day = 1;
  readonly #unlikeness = new Uint8Array(SCALES_x16.length * BUCKETS);
  readonly #weights = new Uint16Array(WEIGHTS);
  /** By bucket: weight of the places that it followed. */
  readonly #followed = new Int32Array(BUCKETS);
  /** Of all weights, by {@link SHARES}. */
  #weight = 0;

  /** @param capacity numbers between two calls of {@link clear}, at most 1,023 */
  constructor(capacity: number) {
    this.#buckets = new Int16Array(CONTEXT + capacity).fill(START_BUCKET);
    for (let kind = 0; kind < SCALES_x16.length; kind++) {
      const squared = SCALES_x16[kind] * SCALES_x16[kind];
      for (let d = 0; d < BUCKETS; d++) {
        const near = Math.min(d, DISTANCES - 1);
        const ratio = Math.floor((65_536 * near * near) / squared);
        this.#unlikeness[kind * BUCKETS + d] = log2_x8(256 + ratio) - 64;
      }
    }
    for (let u = 0; u < WEIGHTS; u++) {
      const weight = ((16 - (u & 7)) << 8) >> (u >> 3);
      // Sharper than the plain power of 2 while it is near.
      this.#weights[u] = Math.max(
        1,
        Math.floor((weight * (3 * weight + 2 * MOST_WEIGHT)) / (5 * MOST_WEIGHT)),
      );
    }
  }

  /** Forgets all numbers. `day` is how many of them a day has. */
  clear(day: number): void {
    this.#now = CONTEXT;
    this.#alike = CONTEXT;
    this.#day = day;
  }

  /** Takes a number into account that both ends know, by its {@link bucketOf}. */
  add(bucket: number): void {
    const isAlike =
      this.#now === CONTEXT || (this.#alike === this.#now && bucket === this.#buckets[this.#now - 1]);
    this.#buckets[this.#now++] = bucket;
    if (isAlike) this.#alike = this.#now;
  }

  encode(encoder: RangeEncoder, value: number): void {
    const bucket = bucketOf(value);
    this.#weigh();
    const below = this.#below(bucket);
    encoder.symbol(below, this.#below(bucket + 1) - below, TOTAL);
    const bits = bitsIn(bucket);
    encoder.bits(value % 2 ** bits, bits);
    this.add(bucket);
  }

  decode(decoder: RangeDecoder): number {
    this.#weigh();
    const place = decoder.peek(TOTAL);
    let bucket = 0;
    for (let end = BUCKETS; end - bucket > 1;) {
      const middle = (bucket + end) >> 1;
      if (this.#below(middle) <= place) bucket = middle;
      else end = middle;
    }
    const below = this.#below(bucket);
    decoder.take(below, this.#below(bucket + 1) - below, TOTAL);
    this.add(bucket);
    return leastOf(bucket) + decoder.bits(bitsIn(bucket));
  }

  /** Gathers what followed in the past, each place by how much like the present it is. */
  #weigh(): void {
    const buckets = this.#buckets;
    const followed = this.#followed;
    const now = this.#now;
    followed.fill(0);
    let sum = 0;
    if (this.#alike === now) {
      // Nothing but the same so far: all places are alike.
      sum = Math.max(0, now - CONTEXT - 1) * MOST_WEIGHT;
      followed[buckets[now - 1]] = sum;
    } else {
      sum = this.#weighPlaces();
    }
    this.#weight = sum * SHARES + 2 * NOVELTY;
  }

  /** The inner loop of all coding. */
  #weighPlaces(): number {
    const buckets = this.#buckets;
    const unlikeness = this.#unlikeness;
    const weights = this.#weights;
    const followed = this.#followed;
    const day = this.#day;
    const evening = day - FAR_TIME;
    const now = this.#now;
    const last = buckets[now - 1];
    const before = buckets[now - 2];
    const two = buckets[now - 3] + buckets[now - 4];
    let sum = 0;
    // How many intervals later in the day it is now than at place i.
    let later = (now - CONTEXT - 1) % day;
    let b1 = buckets[CONTEXT];
    let b2 = START_BUCKET;
    let b3 = START_BUCKET;
    let b4 = START_BUCKET;
    for (let i = CONTEXT + 1; i < now; i++) {
      let d = b1 - last;
      let u = unlikeness[d < 0 ? -d : d];
      d = b2 - before;
      u += unlikeness[BUCKETS + (d < 0 ? -d : d)];
      d = b3 + b4 - two;
      u += unlikeness[2 * BUCKETS + ((d < 0 ? -d : d) >> 1)];
      if (later < FAR_TIME) u += TIME_UNLIKENESS[later];
      else if (later > evening) u += TIME_UNLIKENESS[day - later];
      else u += FAR_TIME_UNLIKENESS;
      later = later === 0 ? day - 1 : later - 1;
      const weight = weights[u];
      b4 = b3;
      b3 = b2;
      b2 = b1;
      b1 = buckets[i];
      followed[b1] += weight;
      sum += weight;
    }
    return sum;
  }

  /** Frequency of all buckets below `bucket`; each has at least 1. */
  #below(bucket: number): number {
    if (bucket === 0) return 0;
    if (bucket === BUCKETS) return TOTAL;
    const followed = this.#followed;
    // 0 is not one more small number: what followed as 0 is not shared out.
    let sum = followed[0];
    const near = Math.max(1, bucket - REACH);
    for (let i = 1; i < near; i++) sum += followed[i];
    sum *= SHARES;
    const end = Math.min(BUCKETS, bucket + REACH);
    for (let i = near; i < end; i++) sum += followed[i] * SHARES_BELOW[bucket - i + REACH];
    return Math.floor(((sum + this.#newBelow(bucket)) * (TOTAL - BUCKETS)) / this.#weight) + bucket;
  }

  #newBelow(bucket: number): number {
    const last = this.#buckets[this.#now - 1];
    const reach = this.#now === CONTEXT ? FIRST_REACH : NOVELTY_REACH;
    if (bucket <= last) return Math.floor((NOVELTY * reach) / (reach + 1 + last - bucket));
    return 2 * NOVELTY - Math.floor((NOVELTY * reach) / (reach + bucket - last));
  }
}

/** The bucket of a number from 0 to 2^53-1. */
export function bucketOf(value: number): number {
  if (value < EXACT) return value;
  let rest = value;
  let bucket = 0;
  for (; rest >= 2 * EXACT; rest = Math.floor(rest / 2)) bucket += OCTAVE;
  return bucket + EXACT + ((rest - EXACT) >> 1);
}

/** Bits of a number that its bucket does not tell. */
function bitsIn(bucket: number): number {
  return bucket < EXACT ? 0 : ((bucket - EXACT) >> OCTAVE_BITS) + 1;
}

function leastOf(bucket: number): number {
  if (bucket < EXACT) return bucket;
  return (OCTAVE + (bucket & (OCTAVE - 1))) * 2 ** bitsIn(bucket);
}

/** 8 log2 of an integer below 2^31, by straight lines between the powers of 2. */
function log2_x8(value: number): number {
  const exponent = 31 - Math.clz32(value);
  return exponent * 8 + Math.floor((value * 8) / 2 ** exponent) - 8;
}
