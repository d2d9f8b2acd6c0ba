import { type Dio, ModeOfOperation } from "firmware/mesh/rpl/messages";
import { MIN_HOP_RANK_INCREASE, OBJECTIVE_MRHOF } from "firmware/mesh/rpl/mrhof";

const PREFIX_BITS = 64;
/** Of Trickle, as powers of 2: 128 ms, and what fits 32 bits. */
const SHORTEST_INTERVAL = 7;
const LONGEST_INTERVAL = 31;

/** Whether its sender can be a parent: a DIO that says all that a node needs to know, for a meter's way of joining. */
export function suits(dio: Dio): boolean {
  return (
    dio.mode === ModeOfOperation.nonStoring &&
    dio.hasConfiguration &&
    dio.objective === OBJECTIVE_MRHOF &&
    dio.minHopRankIncrease === MIN_HOP_RANK_INCREASE &&
    dio.intervalMin >= SHORTEST_INTERVAL &&
    dio.intervalMin + dio.intervalDoublings <= LONGEST_INTERVAL &&
    dio.defaultLifetime > 0 &&
    dio.lifetimeUnit_s > 0 &&
    dio.hasPrefix &&
    dio.autonomous &&
    dio.prefixBits === PREFIX_BITS
  );
}
