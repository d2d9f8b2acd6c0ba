import { CalendarDate, daysOf, weekdayOf, WEEKDAYS } from "firmware/clock/calendar-date";

export const MINUTES_A_DAY = 1440;

/**
 * When daylight saving begins or ends each year: on the `week`th `weekday` of a month, at a minute of the day by the
 * wall clock that ends there (as `Mm.w.d/time` of POSIX.1-2024, 8.3).
 */
export class DaylightChange {
  /** 1 to 12. */
  month = 0;
  /** 1 to 5; 5 is the last one. */
  week = 0;
  /** 0 for a Sunday to 6 for a Saturday. */
  weekday = 0;
  /** By the wall clock of before the change. */
  minute = 0;

  /** Minutes from 1970-01-01T00:00 to the change in `year`, by the wall clock of before it. */
  minuteOf(year: number): number {
    const first = daysOf(year, this.month, 1);
    const next = daysOf(year, this.month + 1, 1);
    let day = first + ((this.weekday - weekdayOf(first) + WEEKDAYS) % WEEKDAYS) + (this.week - 1) * WEEKDAYS;
    if (day >= next) day -= WEEKDAYS;
    return day * MINUTES_A_DAY + this.minute;
  }
}

/** A time zone: what is added to UTC, and what daylight saving adds to that (0 where there is none). UTC at first. */
export class TimeZone {
  offset_min = 0;
  daylight_min = 0;
  readonly start = new DaylightChange();
  readonly end = new DaylightChange();
}

/**
 * The local time of a moment: for tariffs and billing dates alone, as whatever is stored stands in UTC. Where the wall
 * clock goes back it shows the same hour twice, where it goes on an hour is never shown.
 */
export class LocalTime {
  readonly date = new CalendarDate();
  /** The local date, in days from 1970-01-01. */
  days = 0;
  /** 0 for a Sunday to 6 for a Saturday. */
  weekday = 0;
  /** Of the local day by the wall clock: 0 to 1439. */
  minute = 0;
  isDaylight = false;
  readonly #zone: TimeZone;

  constructor(zone: TimeZone) {
    this.#zone = zone;
  }

  /** @param utc_min minutes since 1970-01-01T00:00Z */
  set(utc_min: number): void {
    const daylight_min = this.#zone.daylight_min;
    const standard_min = utc_min + this.#zone.offset_min;
    this.isDaylight = daylight_min !== 0 && this.isSaving(standard_min);
    const local_min = this.isDaylight ? standard_min + daylight_min : standard_min;
    this.days = Math.floor(local_min / MINUTES_A_DAY);
    this.minute = local_min - this.days * MINUTES_A_DAY;
    this.weekday = weekdayOf(this.days);
    this.date.setDays(this.days);
  }

  /** Both changes are put into standard time; south of the equator the end comes first in a year. */
  private isSaving(standard_min: number): boolean {
    const zone = this.#zone;
    this.date.setDays(Math.floor(standard_min / MINUTES_A_DAY));
    const start_min = zone.start.minuteOf(this.date.year);
    const end_min = zone.end.minuteOf(this.date.year) - zone.daylight_min;
    const isAfterStart = standard_min >= start_min;
    const isBeforeEnd = standard_min < end_min;
    return start_min < end_min ? isAfterStart && isBeforeEnd : isAfterStart || isBeforeEnd;
  }
}
