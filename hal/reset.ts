/**
 * The part's start, and what ends in one: an exception that leaves a callback, an engine that has no memory or stack
 * left, a watchdog that was not fed. Each restarts the part at once, and no task can do anything about it;
 * `RetainedMemory` and the chips go on.
 */
export interface Reset {
  /** Why the software started, a {@link ResetReason}. */
  readonly reason: number;
}

/** A number keeps its meaning for ever. */
export const ResetReason = Object.freeze({
  /** Power had been off. */
  powerUp: 0,
  /** None of the others: a crash below the engine, the reset button. */
  unexpected: 1,
  /** An exception that nothing had caught. */
  exception: 2,
  outOfMemory: 4,
  stackOverflow: 5,
  /** The watchdog had not been fed. */
  watchdog: 6,
});
