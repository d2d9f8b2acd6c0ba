/** A timer that runs once. Drivers have one of their own, as the clock's alarm is the kernel's. */
export interface OneShot {
  /** Calls {@link onExpired} in `delay_ms`; an earlier setting is replaced. */
  start(delay_ms: number): void;

  /** Set once, by the driver. */
  onExpired: () => void;
}
