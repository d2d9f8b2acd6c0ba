/** Days in 400 years, and the days from 0000-03-01 to 1970-01-01. */
const ERA_DAYS = 146_097;
const EPOCH_DAYS = 719_468;

/** Days of a week, as {@link weekdayOf} numbers them. */
export const WEEKDAYS = 7;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 4;

/** A day of the Gregorian calendar, made once and filled again and again. Days are counted from 1970-01-01. */
export class CalendarDate {
  year = 1970;
  /** 1 to 12. */
  month = 1;
  /** 1 to 31. */
  day = 1;

  /** Years are counted from March, so that the leap day is a year's last. */
  setDays(days: number): void {
    const since = days + EPOCH_DAYS;
    const era = Math.floor(since / ERA_DAYS);
    const dayOfEra = since - era * ERA_DAYS;
    const leapDays =
      Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
    const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
    const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
    const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
    this.day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
    this.month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
    this.year = yearOfEra + era * 400 + (this.month <= 2 ? 1 : 0);
  }
}

/** Days from 1970-01-01 to a date; a month above 12 is one of the next year. */
export function daysOf(year: number, month: number, day: number): number {
  const monthsFromMarch = year * 12 + month - 3;
  const marchYear = Math.floor(monthsFromMarch / 12);
  const fromMarch = monthsFromMarch - marchYear * 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * fromMarch + 2) / 5) + day - 1 - EPOCH_DAYS;
}

/** 0 for a Sunday to 6 for a Saturday. */
export function weekdayOf(days: number): number {
  return (((days + EPOCH_WEEKDAY) % WEEKDAYS) + WEEKDAYS) % WEEKDAYS;
}

/** A date as one number, which rises with dates: 5 bits of the day, 4 of the month, the year. */
export function packDate(year: number, month: number, day: number): number {
  return (year << 9) | (month << 5) | day;
}

export function packedYear(date: number): number {
  return date >> 9;
}

export function packedMonth(date: number): number {
  return (date >> 5) & 15;
}

export function packedDay(date: number): number {
  return date & 31;
}

/** Days of a month; 0 where there is no such month. */
export function monthLength(year: number, month: number): number {
  return month >= 1 && month <= 12 ? daysOf(year, month + 1, 1) - daysOf(year, month, 1) : 0;
}
