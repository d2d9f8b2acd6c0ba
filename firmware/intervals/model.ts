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

/**
 * Where the buckets begin on the scale by which likeness is judged. There they are one place wide from 6 on, and wider
 * below: from 1 to 2 is further than from 101 to 102, though not by so much as the logarithm has it.
 */
const STARTS = Object.freeze([0, 1, 5, 8, 10, 12]);
const MIDDLES = Object.freeze([0, 2, 6, 8, 10, 12]);
const WIDE = 6;
const SHIFT = 8;
/** The past is not told apart beyond this place: 2^32 units. */
const LAST_PLACE = 255;
const SCALE_PLACES = LAST_PLACE + 1;

/** Numbers before the first, and where they are taken for. */
const CONTEXT = 4;
const START_PLACE = 40;

/**
 * Unlikeness of a past moment to the present one, in eighths of an octave of weight: 8 log2(1 + (4 d / scale)^2) for
 * the distances d of the last place, of the one before it, and of the mean of the two before those; and by intervals
 * between their times of day; and by age.
 */
const DISTANCES = 2 * LAST_PLACE + 1;
const KINDS = 3;
/** No distance counts for more than this one, so that all unlikeness together stays below {@link WEIGHTS}. */
const NEAR = 63;
const TIME_UNLIKENESS = Object.freeze([0, 10, 17, 21, 24, 26]);
const FAR_TIME = 6;
const FAR_TIME_UNLIKENESS = 28;
/** All of so many days counts; of those before, what is near in the time of day. */
const WHOLE_DAYS = 2;
/** Weights by unlikeness: at most 2^12, so that the sum of 1,023 of them by {@link SHARES} stays below 2^30. */
const WEIGHTS = 256;
const MOST_WEIGHT = 4096;

/** How a weight is shared out around the place that followed: by {@link SHARES}, as far as this. */
const SHARES = 256;
const REACH = 8;
/** How near to the first place half of what is new lies. */
const FIRST_REACH = 14;

/** What was found by trying on the loads of households. */
export interface ModelShape {
  /** Scales of distance, in quarters of a place. */
  readonly scales_x4: readonly number[];
  /** Intervals that add one to the unlikeness. */
  readonly age: number;
  /** How steeply shares fall off, in eighths of an octave a place. */
  readonly steepness: number;
  /** Weight by {@link SHARES} of all that is new, on each side of the last place, and how near to it half of it lies. */
  readonly novelty: number;
  readonly reach: number;
}

const SHAPE: ModelShape = Object.freeze({
  scales_x4: Object.freeze([8, 22, 46]),
  age: 48,
  steepness: 14,
  novelty: 12_800,
  reach: 5,
});

/** Codes columns of numbers from 0 to 2^53-1. Made for a message, and cleared for each column. */
export class ValueModel {
  readonly #shape: ModelShape;
  /** Oldest first, after {@link CONTEXT}. */
  readonly #places: Uint8Array;
  /** Index of the next place. */
  #now = CONTEXT;
  /** Index up to which all places are the same. */
  #alike = CONTEXT;
  readonly #day: number;
  /** By scale, for distances from -{@link LAST_PLACE} on. */
  readonly #unlikeness = new Uint8Array(KINDS * DISTANCES);
  /** By how many intervals ago. */
  readonly #ago: Uint8Array;
  readonly #weights = new Uint16Array(WEIGHTS);
  /** {@link SHARES} that lie below a place, from {@link REACH} under the one that followed to as far above it. */
  readonly #shares = new Uint16Array(2 * REACH + 1);
  /** By place: weight of the moments that it followed. */
  readonly #followed = new Int32Array(SCALE_PLACES);
  /** Of all weights, by {@link SHARES}. */
  #weight = 0;
  /** Weights that followed as 0, and as places from 1 to before {@link #summedTo}. */
  #summed = 0;
  #summedTo = 1;

  /**
   * @param capacity numbers between two calls of {@link clear}, at most 1,023
   * @param day how many of them a day has
   * @param shape both ends have the same
   */
  constructor(capacity: number, day: number, shape = SHAPE) {
    this.#shape = shape;
    this.#day = day;
    this.#places = new Uint8Array(CONTEXT + capacity).fill(START_PLACE);
    this.#ago = new Uint8Array(CONTEXT + capacity);
    for (let ago = 0; ago < this.#ago.length; ago++) {
      const later = Math.min(ago % day, day - (ago % day));
      const unlikeness = later < FAR_TIME ? TIME_UNLIKENESS[later] : FAR_TIME_UNLIKENESS;
      this.#ago[ago] = unlikeness + Math.floor(ago / shape.age);
    }
    for (let kind = 0; kind < KINDS; kind++) {
      const squared = shape.scales_x4[kind] * shape.scales_x4[kind];
      for (let d = 0; d <= LAST_PLACE; d++) {
        const near = Math.min(d, NEAR);
        const unlikeness = log2_x8(256 + Math.floor((4096 * near * near) / squared)) - 64;
        this.#unlikeness[kind * DISTANCES + LAST_PLACE - d] = unlikeness;
        this.#unlikeness[kind * DISTANCES + LAST_PLACE + d] = unlikeness;
      }
    }
    for (let u = 0; u < WEIGHTS; u++) {
      const weight = weightOf(u);
      // Sharper than the plain power of 2 while it is near.
      this.#weights[u] = Math.max(1, Math.floor((weight * (weight + 3 * MOST_WEIGHT)) / (4 * MOST_WEIGHT)));
    }
    const { steepness } = shape;
    let total = 0;
    for (let d = -REACH; d <= REACH; d++) total += shareOf(d, steepness);
    let below = 0;
    for (let d = -REACH; d <= REACH; d++) {
      this.#shares[d + REACH] = Math.floor((SHARES * below) / total);
      below += shareOf(d, steepness);
    }
  }

  /** Forgets all numbers. */
  clear(): void {
    this.#now = CONTEXT;
    this.#alike = CONTEXT;
  }

  /** Takes numbers into account that both ends know, each as its {@link placeOf}: `places` from `begin` to before `end`. */
  prime(places: Uint8Array, begin: number, end: number): void {
    const into = this.#places;
    let now = this.#now;
    for (let i = begin; i < end; i++) into[now++] = places[i];
    this.#now = now;
  }

  encode(encoder: RangeEncoder, value: number): void {
    const bucket = bucketOf(value);
    this.weigh();
    const below = this.below(bucket);
    encoder.symbol(below, this.below(bucket + 1) - below, TOTAL);
    const bits = bitsIn(bucket);
    encoder.bits(value % 2 ** bits, bits);
    this.#places[this.#now++] = placeOfBucket(bucket);
  }

  decode(decoder: RangeDecoder): number {
    this.weigh();
    const place = decoder.peek(TOTAL);
    let bucket = 0;
    for (let end = BUCKETS; end - bucket > 1;) {
      const middle = (bucket + end) >> 1;
      if (this.below(middle) <= place) bucket = middle;
      else end = middle;
    }
    const below = this.below(bucket);
    decoder.take(below, this.below(bucket + 1) - below, TOTAL);
    this.#places[this.#now++] = placeOfBucket(bucket);
    return leastOf(bucket) + decoder.bits(bitsIn(bucket));
  }

  /** Gathers what followed in the past, each moment by how much like the present it is. */
  private weigh(): void {
    const places = this.#places;
    const followed = this.#followed;
    const now = this.#now;
    const day = this.#day;
    while (this.#alike < now && places[this.#alike] === places[CONTEXT]) this.#alike++;
    followed.fill(0);
    let sum = 0;
    if (this.#alike === now) {
      // Nothing but the same so far: all moments are alike.
      sum = Math.max(0, now - CONTEXT - 1) * MOST_WEIGHT;
      followed[places[now - 1]] = sum;
    } else {
      let end = now - WHOLE_DAYS * day;
      sum = this.weighFrom(end, now);
      for (let like = end; like + FAR_TIME > CONTEXT; like -= day) {
        sum += this.weighFrom(like - FAR_TIME, Math.min(end, like + FAR_TIME + 1));
        end = Math.min(end, like - FAR_TIME);
      }
    }
    this.sumFrom0();
    this.#weight = sum * SHARES + 2 * this.#shape.novelty;
  }

  private sumFrom0(): void {
    this.#summed = this.#followed[0];
    this.#summedTo = 1;
  }

  /** The inner loop of all coding: answers the weight of the moments from `begin` to before `end`. */
  private weighFrom(begin: number, end: number): number {
    const places = this.#places;
    const unlikeness = this.#unlikeness;
    const ago = this.#ago;
    const weights = this.#weights;
    const followed = this.#followed;
    const now = this.#now;
    const near = LAST_PLACE - places[now - 1];
    const before = DISTANCES + LAST_PLACE - places[now - 2];
    const two = 2 * (2 * DISTANCES + LAST_PLACE) - places[now - 3] - places[now - 4];
    let sum = 0;
    let i = begin > CONTEXT ? begin : CONTEXT + 1;
    let b1 = places[i - 1];
    let b2 = places[i - 2];
    let b3 = places[i - 3];
    let b4 = places[i - 4];
    for (; i < end; i++) {
      const weight =
        weights[
          unlikeness[b1 + near] + unlikeness[b2 + before] + unlikeness[(b3 + b4 + two) >> 1] + ago[now - i]
        ];
      b4 = b3;
      b3 = b2;
      b2 = b1;
      b1 = places[i];
      followed[b1] += weight;
      sum += weight;
    }
    return sum;
  }

  /**
   * Frequency of all buckets below `bucket`; each has at least 1. What followed as 0 is not shared out: 0 is not one
   * more small number.
   */
  private below(bucket: number): number {
    if (bucket === 0) return 0;
    if (bucket === BUCKETS) return TOTAL;
    const followed = this.#followed;
    const shares = this.#shares;
    const place = startOf(bucket);
    const near = Math.max(1, Math.min(SCALE_PLACES, place - REACH));
    if (near < this.#summedTo) this.sumFrom0();
    let sum = this.#summed;
    for (let i = this.#summedTo; i < near; i++) sum += followed[i];
    this.#summed = sum;
    this.#summedTo = near;
    sum *= SHARES;
    const end = Math.min(SCALE_PLACES, place + REACH + 1);
    if (bucket > 1) for (let i = near; i < end; i++) sum += followed[i] * shares[place - i + REACH];
    return Math.floor(((sum + this.newBelow(place)) * (TOTAL - BUCKETS)) / this.#weight) + bucket;
  }

  private newBelow(place: number): number {
    const { novelty } = this.#shape;
    const last = this.#places[this.#now - 1];
    const reach = this.#now === CONTEXT ? FIRST_REACH : this.#shape.reach;
    if (place <= last) return Math.floor((novelty * reach) / (reach + 1 + last - place));
    return 2 * novelty - Math.floor((novelty * reach) / (reach + place - last));
  }
}

/** Where the past keeps a number from 0 to 2^53-1. */
export function placeOf(value: number): number {
  return placeOfBucket(bucketOf(value));
}

function placeOfBucket(bucket: number): number {
  return bucket < WIDE ? MIDDLES[bucket] : Math.min(LAST_PLACE, bucket + SHIFT);
}

function startOf(bucket: number): number {
  return bucket < WIDE ? STARTS[bucket] : bucket + SHIFT;
}

function bucketOf(value: number): number {
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

/** 2 to the power of -u/8, of {@link MOST_WEIGHT}, by straight lines between the whole powers. */
function weightOf(u: number): number {
  return ((16 - (u & 7)) << 8) >> (u >> 3);
}

/** What comes of a weight to a place at the distance `d` from the one that followed. */
function shareOf(d: number, steepness: number): number {
  const distance = Math.abs(d);
  return weightOf(steepness * distance) + (weightOf(3 * distance) >> 5);
}
