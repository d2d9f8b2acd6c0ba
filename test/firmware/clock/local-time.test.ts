import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CalendarDate, daysOf, monthLength, weekdayOf } from "firmware/clock/calendar-date";
import { LocalTime } from "firmware/clock/local-time";
import { utcText } from "firmware/console/utc-text";
import { timeZone, ZONES } from "../../support/zones";

const DAY_MS = 86_400_000;

/** Year, month, day, minute of the day and weekday by the platform's own time zones. */
function byIntl(zone: string): (utc_min: number) => number[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    weekday: "short",
  });
  return (utc_min) => {
    const parts = new Map(format.formatToParts(utc_min * 60_000).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    const weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(parts.get("weekday")!);
    return [number("year"), number("month"), number("day"), number("hour") * 60 + number("minute"), weekday];
  };
}

function byLocalTime(local: LocalTime, utc_min: number): number[] {
  local.set(utc_min);
  return [local.date.year, local.date.month, local.date.day, local.minute, local.weekday];
}

describe("the calendar", () => {
  it("is that of Date, both ways", () => {
    const date = new CalendarDate();
    fc.assert(
      fc.property(fc.integer({ min: -800_000, max: 800_000 }), (days) => {
        const expected = new Date(days * DAY_MS);
        date.setDays(days);
        expect([date.year, date.month, date.day]).toEqual([
          expected.getUTCFullYear(),
          expected.getUTCMonth() + 1,
          expected.getUTCDate(),
        ]);
        expect(weekdayOf(days)).toBe(expected.getUTCDay());
        expect(daysOf(date.year, date.month, date.day)).toBe(days);
      }),
    );
  });

  it("knows how long months are", () => {
    expect([1, 2, 4, 12].map((month) => monthLength(2024, month))).toEqual([31, 29, 30, 31]);
    expect([monthLength(2025, 2), monthLength(2100, 2), monthLength(2000, 2)]).toEqual([28, 28, 29]);
    expect([monthLength(2026, 0), monthLength(2026, 13)]).toEqual([0, 0]);
  });

  it("is what texts of times show", () => {
    expect(utcText(1_767_571_200 + 905)).toBe("2026-01-05T00:15:05Z");
    expect(utcText(951_868_799)).toBe("2000-02-29T23:59:59Z");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (utc_s) => {
        expect(utcText(utc_s)).toBe(new Date(utc_s * 1000).toISOString().replace(".000", ""));
      }),
    );
  });
});

describe("local time", () => {
  for (const name of Object.keys(ZONES)) {
    const expected = byIntl(name);
    const local = new LocalTime(timeZone(name));

    it(`of ${name} is that of Intl through 2026 to 2028, at every change to the minute`, () => {
      const first = Date.UTC(2026, 0, 1) / 60_000;
      const last = Date.UTC(2029, 0, 1) / 60_000;
      let before = NaN;
      for (let utc_min = first; utc_min < last; utc_min += 61) {
        const at = expected(utc_min);
        expect(byLocalTime(local, utc_min), `${utc_min}`).toEqual(at);
        const offset = (utc_min + 1440 - at[3]) % 1440;
        if (offset !== before && !Number.isNaN(before))
          for (let near = utc_min - 62; near <= utc_min; near++)
            expect(byLocalTime(local, near), `${near}`).toEqual(expected(near));
        before = offset;
      }
    });
  }

  it("of Los Angeles skips an hour in March and shows one twice in November", () => {
    const local = new LocalTime(timeZone("America/Los_Angeles"));
    const shown = (iso: string): string => {
      local.set(Date.parse(iso) / 60_000);
      return `${local.date.month}-${local.date.day} ${local.minute} ${local.isDaylight}`;
    };
    expect(shown("2026-03-08T09:59Z")).toBe("3-8 119 false");
    expect(shown("2026-03-08T10:00Z")).toBe("3-8 180 true");
    expect(shown("2026-11-01T08:59Z")).toBe("11-1 119 true");
    expect(shown("2026-11-01T09:00Z")).toBe("11-1 60 false");
    expect(shown("2026-11-01T10:00Z")).toBe("11-1 120 false");
  });
});
