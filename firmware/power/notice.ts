/** What a meter tells the head end of its supply. Made once and reused. */
export class PowerNotice {
  /** Number of the start of the software, over the meter's life. */
  start = 0;
  /** A `ResetReason`: why it started. */
  reason = 0;
  /** UTC at which the supply failed; 0 where that is not known, or it did not. */
  failed_ms = 0;
  /** How long ago the supply was back. */
  restored_ms = 0;
}

/** The way of a notice to the head end. */
export interface NoticeSender {
  /**
   * Sends until there is an answer; `onEnd` hears whether there was.
   * @returns false where it could not be begun; `onEnd` is not called then
   */
  send(notice: PowerNotice, onEnd: (answered: boolean) => void): boolean;
}

/** The way of last gasps, to the node that passes them on or to the head end; bodies are as docs/cddl/gasp.cddl has them. */
export interface GaspSender {
  /**
   * One at a time. `body` is not changed before `onEnd` hears whether it was taken, which it may before this returns.
   * @returns false where it could not be begun; `onEnd` is not called then
   */
  send(body: Uint8Array, length: number, onEnd: (taken: boolean) => void): boolean;
}
