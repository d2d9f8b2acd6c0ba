import { TimeZone } from "firmware/clock/local-time";

type Change = [month: number, week: number, weekday: number, minute: number];
interface Rule {
  offset_min: number;
  daylight?: [saving_min: number, start: Change, end: Change];
}

/** Time zones by the rules that a meter is configured with. */
export const ZONES: Record<string, Rule> = {
  "America/Los_Angeles": { offset_min: -480, daylight: [60, [3, 2, 0, 120], [11, 1, 0, 120]] },
  "America/Phoenix": { offset_min: -420 },
  "America/St_Johns": { offset_min: -210, daylight: [60, [3, 2, 0, 120], [11, 1, 0, 120]] },
  "Europe/Berlin": { offset_min: 60, daylight: [60, [3, 5, 0, 120], [10, 5, 0, 180]] },
  "Asia/Kathmandu": { offset_min: 345 },
  "Australia/Lord_Howe": { offset_min: 630, daylight: [30, [10, 1, 0, 120], [4, 1, 0, 120]] },
  "Pacific/Auckland": { offset_min: 720, daylight: [60, [9, 5, 0, 120], [4, 1, 0, 180]] },
};

/** Puts the rule of {@link ZONES} into `zone`. */
export function timeZone(name: string, zone = new TimeZone()): TimeZone {
  const { offset_min, daylight } = ZONES[name];
  zone.offset_min = offset_min;
  zone.daylight_min = daylight?.[0] ?? 0;
  [zone.start, zone.end].forEach((change, i) => {
    const rule = daylight?.[i + 1] as Change | undefined;
    if (rule !== undefined) [change.month, change.week, change.weekday, change.minute] = rule;
  });
  return zone;
}
