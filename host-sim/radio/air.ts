import type { Transmission } from "./transmission";

/** What lies between the stations of a {@link Medium}, told apart by their numbers from 0 on. */
export interface Air {
  /** Who may receive what `from` sends, in ascending order; left undefined, all may. */
  audience(from: number): ArrayLike<number> | undefined;

  /** Strength of `from` at `to` in dBm; -Infinity where nothing arrives. */
  strength_dBm(from: number, to: number, channel: number, at_us: number): number;

  /**
   * Share of frames of 100 bytes that a link brings, in the mean over channels and time, with nothing else on the air.
   * Left out, all are in range of each other.
   */
  rate?(from: number, to: number): number;

  /**
   * Probability that `to`, which listens to the frame's channel since `listening_us`, makes the frame out under all that
   * was on the air with it.
   * @param strength_dBm the frame's, at `to`
   * @param least what is less matters no more, and may be answered as 0
   */
  reception(
    frame: Transmission,
    to: number,
    strength_dBm: number,
    listening_us: number,
    least: number,
  ): number;
}
