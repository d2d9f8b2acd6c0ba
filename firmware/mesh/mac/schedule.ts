import { CHANNELS } from "hal/channel-plan";

/** A node stays on a channel for so long, its unicast dwell interval. */
export const DWELL_ms = 255;
/** The slots of a sequence: as many whole cycles over all channels as 65,536 slots hold. */
export const SEQUENCE_SLOTS = 508 * CHANNELS;
/** 4 h 38 min; then the sequence starts over. */
export const SEQUENCE_ms = SEQUENCE_SLOTS * DWELL_ms;

// The smallest rectangle that holds all channels: sides of different length keep the walk below short.
const LEFT = 12;
const RIGHT = 11;
/** After two of them a channel still tells something of the next one. */
const ROUNDS = 3;
const GOLDEN = 0x9e3779b1;
const SPREAD = 0x85ebca6b;

/** What makes a node's sequence its own, of its EUI-64: FNV-1a, mixed. */
export function seedOf(eui64: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < 8; i++) hash = Math.imul(hash ^ eui64[i], 0x01000193);
  return mix(hash);
}

/**
 * The channel of `slot`, counted from 0, in the sequence of `seed`. Each cycle of {@link CHANNELS} slots is a permutation
 * of all channels, another one each cycle: a Feistel network of three rounds over a rectangle of 132 places, in which a
 * place that is no channel is permuted again.
 */
export function channelOf(seed: number, slot: number): number {
  const cycle = Math.floor(slot / CHANNELS);
  const key = mix(seed ^ Math.imul(cycle + 1, GOLDEN)) | 0;
  let place = slot - cycle * CHANNELS;
  do {
    // Integers of 32 bits throughout, as this is asked for each slot of each neighbour.
    let left = (place / RIGHT) | 0;
    let right = place - left * RIGHT;
    for (let round = 0; round < ROUNDS; round++) {
      left = (left + below(LEFT, key, 32 * round + right)) % LEFT;
      right = (right + below(RIGHT, key, 32 * round + 16 + left)) % RIGHT;
    }
    place = left * RIGHT + right;
  } while (place >= CHANNELS);
  return place;
}

/** An integer below `limit`, of the upper half of a product in which all bits of `key` and `input` meet. */
function below(limit: number, key: number, input: number): number {
  return ((Math.imul(key ^ Math.imul(input + 1, GOLDEN), SPREAD) >>> 16) * limit) >>> 16;
}

/** MurmurHash3's finalizer: each bit of the input changes half of those of the output. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), SPREAD);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
