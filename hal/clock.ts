/**
 * Time since boot, counted by the node's own crystal.
 *
 * The crystal is off by up to a few tens of ppm; UTC is made from it in `firmware/clock`. Nothing blocks. At a
 * power loss the count starts again at 0.
 */
export interface Clock {
  /** Milliseconds since boot, an integer that never goes back. */
  now_ms(): number;

  /**
   * Asks for one call of {@link onAlarm} when {@link now_ms} has reached `at_ms`. There is one alarm: a new request
   * replaces the one before, and a time that has passed calls as soon as the running callback has returned. One within
   * a millisecond is reached with the next.
   */
  setAlarm(at_ms: number): void;

  /** Set once, by the kernel. */
  onAlarm: () => void;
}
