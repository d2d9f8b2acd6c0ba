import type { UtcClock } from "firmware/clock/utc";

/** What may happen; a number keeps its meaning for ever. */
export const EventCode = Object.freeze({
  powerUp: 1,
  /** The time was set for the first time, or was off by more than a second. Argument: by how many ms. */
  clockSet: 2,
  /** The software started again while the power was on. Argument: `ResetReason`. */
  restarted: 3,
  /** The metering chip does not answer. */
  chipSilent: 16,
  /** The chip's counts did not balance and wait for the next poll. */
  countsHeld: 17,
  /** Counts were lost, or refused as implausible. */
  countsLost: 18,
  chipRestarted: 19,
  /** The chip's configuration had changed and was written again. */
  configurationRepaired: 20,
  /** A register of the chip came near its full scale. */
  chipOverflow: 21,
  /** Noise on the chip's bus, corrected. */
  busNoise: 22,
  /** The flash did not take an interval, which stays open. Argument: its start, s. */
  storageFailed: 32,
});

/** Events kept; older ones are overwritten. */
export const EVENTS_KEPT = 64;
/** A fault that repeats is one event, until it has stayed away so long. */
export const QUIET_ms = 600_000;
/** One more than the greatest code. */
const CODES = 33;

/** One event, made once and filled by {@link EventLog.read}. */
export class EventRecord {
  sequence = 0;
  /** UTC, or 0 where the time was not known. */
  utc_ms = 0;
  code = 0;
  argument = 0;
}

/** The latest events in memory, numbered from 1 on. */
export class EventLog {
  /** Sequence number that the next event gets. */
  next = 1;
  readonly #utc: UtcClock;
  readonly #utc_ms = new Float64Array(EVENTS_KEPT);
  readonly #codes = new Uint8Array(EVENTS_KEPT);
  readonly #arguments = new Float64Array(EVENTS_KEPT);
  /** Uptime at which each fault was last seen. */
  readonly #seen_ms = new Float64Array(CODES).fill(-QUIET_ms);

  constructor(utc: UtcClock) {
    this.#utc = utc;
  }

  /** Sequence number of the oldest event kept; equal to {@link next} when there is none. */
  get first(): number {
    return Math.max(1, this.next - EVENTS_KEPT);
  }

  /** Records an event of {@link EventCode}. */
  record(code: number, argument = 0): void {
    const slot = this.next % EVENTS_KEPT;
    this.#utc_ms[slot] = this.#utc.utc_ms();
    this.#codes[slot] = code;
    this.#arguments[slot] = argument;
    this.next++;
  }

  /** A fault was seen: records it unless it was seen within the last {@link QUIET_ms}. */
  fault(code: number, argument = 0): void {
    const now_ms = this.#utc.uptime_ms();
    const isNew = now_ms - this.#seen_ms[code] >= QUIET_ms;
    this.#seen_ms[code] = now_ms;
    if (isNew) this.record(code, argument);
  }

  /** False: there is no event of this number any more, or yet. */
  read(sequence: number, into: EventRecord): boolean {
    if (sequence < this.first || sequence >= this.next) return false;
    const slot = sequence % EVENTS_KEPT;
    into.sequence = sequence;
    into.utc_ms = this.#utc_ms[slot]!;
    into.code = this.#codes[slot]!;
    into.argument = this.#arguments[slot]!;
    return true;
  }
}
