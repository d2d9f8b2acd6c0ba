import type { UtcClock } from "firmware/clock/utc";
import { EventCode, type EventLog, EventRecord } from "firmware/events/log";
import { UPTIME_LIMIT_ms } from "firmware/events/record";
import { Timer, type Kernel } from "firmware/kernel/kernel";
import type { PollListener } from "firmware/registers/registers";

/** A failure is recorded after so long at the latest: long before the capacitor is empty. */
const LATEST_RECORD_ms = 10_000;
/** The argument of an outage of which it is not known when it began. */
export const UNKNOWN_LENGTH = -1;

export interface OutageOptions {
  kernel: Kernel;
  utc: UtcClock;
  /** As the start before left it: this start is not recorded yet. */
  events: EventLog;
  /** A shorter failure is a blink, and no event; 0 to 255. */
  minimum_s: number;
  /** UTC at which the meter is known to have run last, where the log does not tell when the supply failed; 0 unknown. */
  lastSeen_ms: number;
  /** Whether this start follows a loss of power. */
  isPowerUp: boolean;
}

/**
 * Records outages: `powerFailed` at the time of the failure once it has outlasted a blink, and `outage` with its length
 * at the time of the restoration, which after a loss of power is known no sooner than the time of day is.
 */
export class Outage implements PollListener {
  /** UTC at which the supply failed the last time; 0 where that is not known, or it has not failed. */
  failed_ms = 0;
  /** Uptime at which it was back, 0 after a loss of power. */
  restoredUptime_ms = 0;
  readonly #utc: UtcClock;
  readonly #events: EventLog;
  readonly #minimum_ms: number;
  readonly #timer: Timer;
  /** The time of the failure as its event has it, and its uptime. */
  #failed_ms = 0;
  #failedUptime_ms = 0;
  #recorded = false;
  /** An outage ended with this start, and its length is not recorded yet. */
  #pending: boolean;

  constructor({ kernel, utc, events, minimum_s, lastSeen_ms, isPowerUp }: OutageOptions) {
    this.#utc = utc;
    this.#events = events;
    this.#minimum_ms = minimum_s * 1000;
    this.#timer = new Timer(kernel, () => this.record());
    // The very first start is no restoration.
    this.#pending = isPowerUp && events.starts > 0;
    if (this.#pending) this.failed_ms = lastFailure_ms(events) || lastSeen_ms;
  }

  /** The supply has failed. */
  begin(): void {
    this.#failed_ms = this.#events.now_ms();
    this.failed_ms = this.#utc.utc_ms();
    this.#failedUptime_ms = this.#utc.uptime_ms();
    this.#recorded = false;
    this.#pending = false;
    this.#timer.startIn(Math.min(this.#minimum_ms, LATEST_RECORD_ms));
  }

  /** The supply is back before the capacitor was empty. */
  end(): void {
    const events = this.#events;
    this.restoredUptime_ms = this.#utc.uptime_ms();
    const lasted_ms = this.restoredUptime_ms - this.#failedUptime_ms;
    this.#timer.stop();
    if (lasted_ms >= this.#minimum_ms) {
      if (!this.#recorded) this.record();
      events.record(EventCode.outage, Math.round(lasted_ms / 1000));
    }
    events.flush();
  }

  polled(): void {}

  clockSet(): void {
    if (!this.#pending) return;
    this.#pending = false;
    const restored_ms = this.#utc.utc_ms() - this.#utc.uptime_ms();
    const lasted_ms = restored_ms - this.failed_ms;
    const isKnown = this.failed_ms > 0 && lasted_ms >= 0;
    if (isKnown && lasted_ms < this.#minimum_ms) return;
    const length = isKnown ? Math.round(lasted_ms / 1000) : UNKNOWN_LENGTH;
    this.#events.recordAt(restored_ms, EventCode.outage, length);
  }

  private record(): void {
    this.#recorded = true;
    this.#events.recordAt(this.#failed_ms, EventCode.powerFailed, 0);
  }
}

/** UTC of a failure that was recorded since the newest start that is in the log, and of which no end was; 0: none. */
function lastFailure_ms(events: EventLog): number {
  const event = new EventRecord();
  const first = events.first;
  for (let sequence = events.next - 1; sequence >= first; sequence--) {
    if (!events.read(sequence, event)) continue;
    switch (event.code) {
      case EventCode.powerFailed:
        return event.time_ms < UPTIME_LIMIT_ms ? 0 : event.time_ms;
      case EventCode.outage:
      case EventCode.powerUp:
      case EventCode.restarted:
        return 0;
    }
  }
  return 0;
}
