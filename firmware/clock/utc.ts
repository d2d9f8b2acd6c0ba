import type { Clock } from "hal/clock";

/** A set further off than this is told to {@link UtcClock.onSet}: the interval that it falls in is flagged. */
export const NOTABLE_SET_ms = 1_000;
/** A set further off than this steps the time at once. The worst crystal is 8.6 s off after its first day. */
export const SLEW_LIMIT_ms = 10_000;
/** A set further off than this is refused, unless it is forced: an hour too much is somebody's summer time. */
export const STEP_LIMIT_ms = 1_800_000;
/** 2026-01-01: what is earlier comes from somebody who does not know the time either. */
export const EARLIEST_UTC_ms = 1_767_225_600_000;
/** How fast a smaller one is worked off: an interval of 15 minutes changes by 0.18 s. */
export const SLEW_PPM = 200;
/** The rate is learnt from sets at least so far apart: a quarter of a second off in 12 hours is 6 ppm. */
const LEARN_AFTER_ms = 12 * 3_600_000;
/** A crystal is never further off; what says so is a wrong time. */
const MAX_DRIFT = 100e-6;

/**
 * UTC from the node's crystal: an offset, a learnt rate, and a correction under way. Once known it never goes back,
 * except in a step. Times are milliseconds since 1970-01-01T00:00Z without leap seconds.
 */
export class UtcClock {
  known = false;
  /** UTC of the last set, 0 before the first. */
  lastSet_ms = 0;
  /**
   * The time was set for the first time (the error is then the whole of it), or was off by more than
   * {@link NOTABLE_SET_ms}; a positive error means that the clock was slow. It already shows the new time.
   */
  onSet: (error_ms: number) => void = () => {};
  /** A time was refused that is off by this much; the clock did not move. */
  onRefused: (error_ms: number) => void = () => {};

  readonly #clock: Clock;
  /** Where the current line starts: UTC (with its fraction) at a local time. */
  #baseUtc_ms = 0;
  #baseLocal_ms = 0;
  /** UTC runs by 1 + drift a local millisecond. */
  #drift = 0;
  #driftKnown = false;
  /** Correction still to be worked off at the base. */
  #slew_ms = 0;
  /** The set from which the rate is measured. */
  #markUtc_ms = 0;
  #markLocal_ms = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Time since boot. */
  uptime_ms(): number {
    return this.#clock.now_ms();
  }

  /** An integer; 0 while the time is not known. */
  utc_ms(): number {
    return this.known ? Math.floor(this.at(this.#clock.now_ms())) : 0;
  }

  /** Learnt rate of UTC against the crystal in parts per billion; positive where the crystal is slow. */
  get drift_ppb(): number {
    return Math.round(this.#drift * 1e9);
  }

  /**
   * The first local time (of {@link Clock.now_ms}) at which {@link utc_ms} is `utc_ms` or later, as things stand; the
   * time of the last set where that was later.
   */
  toLocal_ms(utc_ms: number): number {
    const line_ms = utc_ms - this.#baseUtc_ms;
    if (line_ms <= 0) return this.#baseLocal_ms;
    const slewing = 1 + this.#drift + Math.sign(this.#slew_ms) * SLEW_PPM * 1e-6;
    let elapsed_ms = line_ms / slewing;
    if (elapsed_ms * SLEW_PPM * 1e-6 > Math.abs(this.#slew_ms))
      elapsed_ms = (line_ms - this.#slew_ms) / (1 + this.#drift);
    // Rounding may have put it one to either side.
    let local_ms = this.#baseLocal_ms + Math.ceil(elapsed_ms) - 1;
    while (this.at(local_ms) < utc_ms) local_ms++;
    return local_ms;
  }

  /**
   * Takes `utc_ms` for the present time.
   * @param forced by somebody who means it: no step is too large
   * @returns false where it was refused: before {@link EARLIEST_UTC_ms}, or further off than {@link STEP_LIMIT_ms}
   */
  set(utc_ms: number, forced = false): boolean {
    const local_ms = this.#clock.now_ms();
    const now_ms = this.at(local_ms);
    const isFirst = !this.known;
    const error_ms = isFirst ? utc_ms : utc_ms - now_ms;
    if (utc_ms < EARLIEST_UTC_ms || !(isFirst || forced || Math.abs(error_ms) <= STEP_LIMIT_ms)) {
      this.onRefused(Math.round(error_ms));
      return false;
    }
    const steps = isFirst || Math.abs(error_ms) > SLEW_LIMIT_ms;
    this.learn(utc_ms, local_ms, steps);
    this.#baseLocal_ms = local_ms;
    this.#baseUtc_ms = steps ? utc_ms : now_ms;
    this.#slew_ms = steps ? 0 : error_ms;
    this.known = true;
    this.lastSet_ms = utc_ms;
    if (isFirst || Math.abs(error_ms) > NOTABLE_SET_ms) this.onSet(Math.round(error_ms));
    return true;
  }

  private learn(utc_ms: number, local_ms: number, steps: boolean): void {
    const elapsed_ms = local_ms - this.#markLocal_ms;
    if (elapsed_ms >= LEARN_AFTER_ms && this.known) {
      const drift = (utc_ms - this.#markUtc_ms) / elapsed_ms - 1;
      if (Math.abs(drift) <= MAX_DRIFT) {
        this.#drift = this.#driftKnown ? (this.#drift + drift) / 2 : drift;
        this.#driftKnown = true;
      }
    } else if (!steps) {
      return;
    }
    this.#markUtc_ms = utc_ms;
    this.#markLocal_ms = local_ms;
  }

  private at(local_ms: number): number {
    const elapsed_ms = local_ms - this.#baseLocal_ms;
    const worked_ms = elapsed_ms * SLEW_PPM * 1e-6;
    const slew_ms = this.#slew_ms;
    const corrected_ms = slew_ms < 0 ? -Math.min(worked_ms, -slew_ms) : Math.min(worked_ms, slew_ms);
    return this.#baseUtc_ms + elapsed_ms * (1 + this.#drift) + corrected_ms;
  }
}
