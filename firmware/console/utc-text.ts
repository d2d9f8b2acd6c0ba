import { CalendarDate } from "firmware/clock/calendar-date";

const DAY_s = 86_400;

/** `2026-01-05T00:15:00Z`. */
export function utcText(utc_s: number): string {
  const date = new CalendarDate();
  const days = Math.floor(utc_s / DAY_s);
  const second = utc_s - days * DAY_s;
  date.setDays(days);
  const time = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  return `${date.year}-${two(date.month)}-${two(date.day)}T${time}Z`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
