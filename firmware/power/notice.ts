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

/** The ways of last gasps; bodies are as docs/cddl/gasp.cddl has them. */
export interface GaspSender {
  /** To all in range, once. */
  tell(body: Uint8Array, length: number): void;

  /**
   * To the parent, or to the next best one after `failures`, until it answers or {@link abandon} is called. Otherwise as
   * {@link forward}.
   */
  handOn(body: Uint8Array, length: number, failures: number, onEnd: (answered: boolean) => void): boolean;

  /** Waits for no answer any more. */
  abandon(): void;

  /** To the head end, until there is an answer; `body` is not changed before. Otherwise as {@link NoticeSender.send}. */
  forward(body: Uint8Array, length: number, onEnd: (answered: boolean) => void): boolean;
}
