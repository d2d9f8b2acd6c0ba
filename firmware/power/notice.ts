/** What a meter tells the head end of its supply. Made once and reused. */
export class PowerNotice {
  /** Number of the start of the software, over the meter's life. */
  start = 0;
  /** A `ResetReason`: why it started. */
  reason = 0;
  /** UTC at which the supply failed; 0 where that is not known, or it did not. */
  failed_ms = 0;
  /** How long ago the supply was back; -1 while it is away. */
  restored_ms = -1;
}

/** The way of a notice to the head end: its own, as long as relays do not put several together. */
export interface NoticeSender {
  /** Sends once and hears nothing of it: a last gasp. */
  sendOnce(notice: PowerNotice): void;

  /**
   * Sends until there is an answer; `onEnd` hears whether there was.
   * @returns false where it could not be begun; `onEnd` is not called then
   */
  send(notice: PowerNotice, onEnd: (answered: boolean) => void): boolean;
}
