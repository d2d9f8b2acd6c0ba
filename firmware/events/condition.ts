import { type EventLog, QUIET_ms } from "firmware/events/log";

/**
 * Something that is there for a while, with an event when it begins and one when it has ended. What comes back within
 * {@link QUIET_ms} has not ended, so that trouble which comes and goes is two events; the second is recorded when that
 * time is over, at the time at which it ended, with how long it lasted in ms.
 */
export class Condition {
  readonly #events: EventLog;
  readonly #beganCode: number;
  /** Uptimes; -1 where it has not begun, or not ended. */
  #began_ms = -1;
  #ended_ms = -1;
  /** The end as its event has it. */
  #endedTime_ms = 0;

  /** @param beganCode of the event of its begin; the code of its end is the next one */
  constructor(events: EventLog, beganCode: number) {
    this.#events = events;
    this.#beganCode = beganCode;
  }

  /** Looked at now and then. @param argument of the event of its begin */
  see(isThere: boolean, argument = 0): void {
    const now_ms = this.#events.utc.uptime_ms();
    if (isThere) {
      this.#ended_ms = -1;
      if (this.#began_ms >= 0) return;
      this.#began_ms = now_ms;
      this.#events.record(this.#beganCode, argument);
    } else if (this.#began_ms < 0) {
      return;
    } else if (this.#ended_ms < 0) {
      this.#ended_ms = now_ms;
      this.#endedTime_ms = this.#events.now_ms();
    } else if (now_ms - this.#ended_ms >= QUIET_ms) {
      this.#events.recordAt(this.#endedTime_ms, this.#beganCode + 1, this.#ended_ms - this.#began_ms);
      this.#began_ms = -1;
    }
  }
}
