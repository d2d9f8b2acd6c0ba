import { packDate } from "firmware/clock/calendar-date";
import type { LocalTime } from "firmware/clock/local-time";
import type { HolidayConfiguration } from "firmware/configuration/holidays";
import { HOLIDAY, type TariffConfiguration } from "firmware/configuration/tariff";

/** No local date. */
const NO_DAY = -Infinity;

/** The tier of a local time: the date gives the season, date and weekday the day type, its switch table the tier. */
export class TariffCalendar {
  readonly #tariff: TariffConfiguration;
  readonly #holidays: HolidayConfiguration;
  /** The local date that {@link #dayType} is of. */
  #days = NO_DAY;
  #dayType = 0;

  constructor(tariff: TariffConfiguration, holidays: HolidayConfiguration) {
    this.#tariff = tariff;
    this.#holidays = holidays;
  }

  /** The configuration was replaced. */
  changed(): void {
    this.#days = NO_DAY;
  }

  /** From 1 on. */
  tierAt(local: LocalTime): number {
    if (local.days !== this.#days) {
      this.#days = local.days;
      this.#dayType = this.dayTypeOn(local);
    }
    const tariff = this.#tariff;
    const first = tariff.firstSwitch(this.#dayType);
    let at = tariff.firstSwitch(this.#dayType + 1) - 1;
    while (at > first && tariff.switchMinute(at) > local.minute) at--;
    return tariff.switchTier(at);
  }

  private dayTypeOn(local: LocalTime): number {
    const date = local.date;
    const day = this.#holidays.has(date.year, date.month, date.day) ? HOLIDAY : local.weekday;
    return this.#tariff.dayTypeOf(this.seasonOn(date.month, date.day), day);
  }

  /** The season that began last; before the first one of a year that is the last one of the year before. */
  private seasonOn(month: number, day: number): number {
    const last = this.#tariff.seasons - 1;
    for (let season = last; season >= 0; season--)
      if (packDate(0, month, day) >= this.#tariff.seasonStart(season)) return season;
    return last;
  }
}
