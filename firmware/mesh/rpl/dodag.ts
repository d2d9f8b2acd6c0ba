import type { Dio } from "firmware/mesh/rpl/messages";
import { MAX_RANK_INCREASE, MIN_HOP_RANK_INCREASE, OBJECTIVE_MRHOF } from "firmware/mesh/rpl/mrhof";
import { FIRST_SEQUENCE } from "firmware/mesh/rpl/sequence";

/** 2 s to 2.3 h between DIOs, the longest as RFC 6550, section 17, has it: links are measured, and asked, one by one. */
const INTERVAL_MIN = 11;
const INTERVAL_DOUBLINGS = 12;
/** A node keeps silent after so many others (RFC 6550, section 8.3.1: DEFAULT_DIO_REDUNDANCY_CONSTANT). */
const REDUNDANCY = 10;
/** RFC 6550, section 17: ROOT_RANK is MinHopRankIncrease. */
export const ROOT_RANK = MIN_HOP_RANK_INCREASE;
/** Routes last four hours. */
export const LIFETIME_UNIT_s = 60;
const LIFETIME = 240;
const PREFIX_BITS = 64;
const FOREVER_s = 0xffffffff;

/**
 * Makes `dio` that of a new DODAG's root.
 * @param id the root's address
 * @param prefix of which nodes make their addresses: 16 bytes
 */
export function describeDodag(dio: Dio, id: Uint8Array, prefix: Uint8Array, dtsn: number): void {
  dio.dodagId.set(id);
  dio.version = FIRST_SEQUENCE;
  dio.rank = ROOT_RANK;
  dio.grounded = true;
  dio.dtsn = dtsn;
  dio.hasConfiguration = true;
  dio.intervalMin = INTERVAL_MIN;
  dio.intervalDoublings = INTERVAL_DOUBLINGS;
  dio.redundancy = REDUNDANCY;
  dio.maxRankIncrease = MAX_RANK_INCREASE;
  dio.minHopRankIncrease = MIN_HOP_RANK_INCREASE;
  dio.objective = OBJECTIVE_MRHOF;
  dio.defaultLifetime = LIFETIME;
  dio.lifetimeUnit_s = LIFETIME_UNIT_s;
  dio.hasPrefix = true;
  dio.autonomous = true;
  dio.prefixBits = PREFIX_BITS;
  dio.prefix.set(prefix);
  dio.validLifetime_s = FOREVER_s;
  dio.preferredLifetime_s = FOREVER_s;
}
