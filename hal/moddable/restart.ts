type Native = (this: void, ...parameters: unknown[]) => number;
declare function native(name: string): Native;

/** Why the part started, a `ResetReason`; to be asked once. */
export function restartReason(this: void): number {
  return native("xs_restart_reason").call(this);
}

/** Keeps for the next start what ends the engine; the engine calls it as the global `abort`. */
export function keepAbort(this: void, end: string): void {
  native("xs_restart_abort").call(this, end);
}

/** Starts the watchdog. Answers its timeout, in ms. */
export function startWatchdog(this: void): number {
  return native("xs_restart_watchdog").call(this);
}

export function feedWatchdog(this: void): void {
  native("xs_restart_feed").call(this);
}
