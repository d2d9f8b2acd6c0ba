/**
 * Restarts the part when nothing has fed it for a while: whoever hangs, or runs on without doing its work, is ended.
 *
 * It runs from the start of the software on and cannot be stopped. Nothing blocks. The restart comes in the middle of
 * whatever runs, as a power loss would, but `RetainedMemory` and the chips go on; the next start learns of it from
 * `Reset`.
 */
export interface Watchdog {
  /**
   * From a feed to the restart. More than the 5 s from poll to poll; less than the 10 s after which a metering chip that
   * was not polled loses counts.
   */
  readonly timeout_ms: number;

  /** The work goes on. */
  feed(): void;
}
