import { monthLength, packDate, packedDay, packedMonth, packedYear } from "firmware/clock/calendar-date";
import { writeArrayHead, writeUint } from "firmware/codec/cbor";
import type { Reader, Writer } from "firmware/codec/cursor";
import { ConfigurationCode } from "firmware/configuration/code";
import { readItems, readRange } from "firmware/configuration/fields";

export const MAX_HOLIDAYS = 32;
/** Year of a holiday that is one every year. */
const EVERY_YEAR = 0;
const FIRST_YEAR = 2000;
const LAST_YEAR = 2105;
/** A year in which every day of a month is there. */
const LEAP_YEAR = 2024;
const HOLIDAY_ITEMS = 3;

/** The days that have a day type of their own, by date: those that move are listed year by year. */
export class HolidayConfiguration {
  count = 0;
  /** By {@link packDate}; the year is 0 for one of every year. */
  readonly #dates = new Uint32Array(MAX_HOLIDAYS);

  /** Whether a date is one of them. */
  has(year: number, month: number, day: number): boolean {
    return this.isAmong(this.count, year, month, day);
  }

  encode(w: Writer): void {
    writeArrayHead(w, this.count);
    for (let i = 0; i < this.count; i++) {
      writeArrayHead(w, HOLIDAY_ITEMS);
      writeUint(w, packedYear(this.#dates[i]));
      writeUint(w, packedMonth(this.#dates[i]));
      writeUint(w, packedDay(this.#dates[i]));
    }
  }

  /** Answers a {@link ConfigurationCode}; where it is not `ok`, what was read so far stands in the fields. */
  decode(r: Reader): number {
    this.count = readItems(r, 0, MAX_HOLIDAYS);
    for (let i = 0; i < this.count; i++) {
      readItems(r, HOLIDAY_ITEMS, HOLIDAY_ITEMS);
      const year = readRange(r, 0, LAST_YEAR);
      const month = readRange(r, 1, 12);
      this.#dates[i] = packDate(year, month, readRange(r, 1, 31));
      if (year !== EVERY_YEAR && year < FIRST_YEAR) r.ok = false;
    }
    return r.ok ? this.check() : ConfigurationCode.malformed;
  }

  private check(): number {
    for (let i = 0; i < this.count; i++) {
      const year = packedYear(this.#dates[i]);
      const month = packedMonth(this.#dates[i]);
      const day = packedDay(this.#dates[i]);
      if (day > monthLength(year === EVERY_YEAR ? LEAP_YEAR : year, month))
        return ConfigurationCode.noSuchDate;
      if (this.isAmong(i, year, month, day)) return ConfigurationCode.holidayTwice;
    }
    return ConfigurationCode.ok;
  }

  private isAmong(count: number, year: number, month: number, day: number): boolean {
    for (let i = 0; i < count; i++) {
      const date = this.#dates[i];
      const inYear = year === EVERY_YEAR || packedYear(date) === EVERY_YEAR || packedYear(date) === year;
      if (inYear && packedMonth(date) === month && packedDay(date) === day) return true;
    }
    return false;
  }
}
