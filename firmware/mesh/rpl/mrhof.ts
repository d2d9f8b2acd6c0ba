/*
 * The Minimum Rank with Hysteresis Objective Function, RFC 6719, with the expected transmission count (ETX, RFC 6551,
 * section 4.3.2) as its metric and without metric containers: the rank is the cost of the path (section 3.5).
 */

/** Objective code point (RFC 6719, section 6). */
export const OBJECTIVE_MRHOF = 1;
/** ETX is kept in units of 1/128 (RFC 6551, section 4.3.2). */
export const ETX_UNIT = 128;
/** One perfect transmission is the least that a hop can cost. */
export const MIN_HOP_RANK_INCREASE = ETX_UNIT;
/** Section 5: a parent is left for one whose path is cheaper by 1.5 transmissions. */
export const PARENT_SWITCH_THRESHOLD = 192;
/**
 * And for one that has been cheaper by a quarter for 10 minutes: the threshold alone leaves paths a third longer than
 * they could be, and by then it is no moment's luck.
 */
export const LASTING_SWITCH_THRESHOLD = 32;
export const LASTING_ms = 600_000;
/** Section 5: links beyond 4 transmissions are not taken. */
export const MAX_LINK_METRIC = 4 * ETX_UNIT;
/**
 * How far a node may sink below its best rank before it gives up its place (DAGMaxRankIncrease). In a town that registers,
 * frames lost to the crowd alone sink nodes by more than 8, and each that gives up its place takes those below it along:
 * that made the crowd last.
 */
export const MAX_RANK_INCREASE = 16 * ETX_UNIT;

/** From this strength on links lose nothing but to collisions; 10 dB below, a frame in three comes through. */
const STRONG_dBm = -95;
const PER_dB = 0.2 * ETX_UNIT;
const MOST_GUESSED = 3 * ETX_UNIT;
/** What a frame without an acknowledgement counts for: twice its attempts. */
const UNACKED_FACTOR = 2;
/** The first measurements weigh more than a guess. */
const FIRST_WEIGHT = 1 / 4;
const WEIGHT = 1 / 8;
const FIRST_SAMPLES = 4;
const MAX_ETX = 0x7fff;

/** The ETX of a link before there is any measurement. */
export function guessedEtx(rssi_dBm: number): number {
  const weaker_dB = STRONG_dBm - rssi_dBm;
  if (weaker_dB <= 0) return ETX_UNIT;
  return Math.min(Math.round(ETX_UNIT + weaker_dB * PER_dB), MOST_GUESSED);
}

/**
 * The moving average after one more frame.
 * @param samples measurements before this one
 */
export function updatedEtx(etx: number, samples: number, attempts: number, acked: boolean): number {
  const sample = attempts * ETX_UNIT * (acked ? 1 : UNACKED_FACTOR);
  const weight = samples < FIRST_SAMPLES ? FIRST_WEIGHT : WEIGHT;
  return Math.min(Math.round(etx + (sample - etx) * weight), MAX_ETX);
}

/** A link that was too bad is given another chance as its neighbour is heard again and again. */
export function forgivenEtx(etx: number): number {
  return Math.round(etx * (1 - WEIGHT));
}
