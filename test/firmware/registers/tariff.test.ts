import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import { ConfigurationCode } from "firmware/configuration/code";
import { Configuration, ConfigurationKind } from "firmware/configuration/configuration";
import { Direction, TIER_REGISTERS_BYTES, TierRegisters } from "firmware/registers/tariff";
import { PollStatus } from "hal/metering-chip";
import { BilledMeter } from "../../support/billed-meter";
import { generalObject, PACIFIC, replace, tariffObject } from "../../support/configuration";

const LOS_ANGELES = "America/Los_Angeles";
const POLL_MS = 5000;
const SUMMER_WEEK = [1, 0, 0, 0, 0, 0, 1, 1];
const WINTER_WEEK = [2, 2, 2, 2, 2, 2, 2, 2];
const HOLIDAYS = [
  [0, 1, 1],
  [0, 7, 4],
  [2026, 9, 7],
  [2027, 9, 6],
  [2028, 9, 4],
  [2026, 11, 26],
];

/** Four tiers: a dear evening on summer's working days, a cheap midday in winter. */
function california(configuration: Configuration, billingDay = 0): void {
  const four = tariffObject(
    4,
    [
      [6, 1, SUMMER_WEEK],
      [10, 1, WINTER_WEEK],
    ],
    [
      [
        [0, 3],
        [960, 1],
        [1260, 3],
      ],
      [
        [0, 3],
        [960, 2],
        [1260, 3],
      ],
      [
        [0, 3],
        [480, 4],
        [960, 2],
        [1260, 3],
      ],
    ],
    3,
  );
  for (const [kind, object] of [
    [ConfigurationKind.general, generalObject({ zone: PACIFIC, billingDay })],
    [ConfigurationKind.tariff, four],
    [ConfigurationKind.holidays, HOLIDAYS],
  ] as const)
    expect(replace(configuration, kind, object)).toBe(ConfigurationCode.ok);
}

const format = new Intl.DateTimeFormat("en-US", {
  timeZone: LOS_ANGELES,
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  weekday: "short",
});

/** The tier by the tariff's words and the platform's time zones. */
function tierByIntl(utc_ms: number): number {
  const parts = new Map(format.formatToParts(utc_ms).map(({ type, value }) => [type, value]));
  const [year, month, day, hour] = (["year", "month", "day", "hour"] as const).map((type) =>
    Number(parts.get(type)),
  );
  const isFree = HOLIDAYS.some(([y, m, d]) => (y === 0 || y === year) && m === month && d === day);
  const isWorkingDay = !isFree && !["Sat", "Sun"].includes(parts.get("weekday")!);
  const isSummer = month >= 6 && month <= 9;
  if (hour >= 16 && hour < 21) return isSummer && isWorkingDay ? 1 : 2;
  return !isSummer && hour >= 8 && hour < 16 ? 4 : 3;
}

/** Runs a meter from one UTC to another with energy that differs from poll to poll; answers what tiers ought to hold. */
function run(meter: BilledMeter, from: string, to: string, period_ms: number): number[] {
  const expected = [0, 0, 0, 0, 0, 0];
  let at_ms = Date.parse(from);
  meter.utc.set(at_ms);
  meter.registers.start();
  for (let poll = 1; at_ms < Date.parse(to); poll++) {
    const energy_mWh = 1 + ((poll * 7919) % 1009);
    meter.flow(energy_mWh);
    expected[tierByIntl(at_ms) - 1] += energy_mWh;
    meter.clock.advance(period_ms);
    at_ms += period_ms;
  }
  return expected;
}

describe("tiers", () => {
  it("are those of Intl's local time through 2026, 2027 and 2028 in Los Angeles", () => {
    const meter = new BilledMeter(900_000, california);
    const expected = run(meter, "2026-01-01T08:00Z", "2029-01-01T08:00Z", 900_000);
    expect(meter.tiers(Direction.delivered)).toEqual(expected);
    expect(Math.min(...expected.slice(0, 4))).toBeGreaterThan(0);
    expect(expected.reduce((a, b) => a + b)).toBe(meter.total_mWh(Direction.delivered));
  });

  for (const day of ["2026-03-08", "2026-11-01", "2027-03-14", "2027-11-07", "2028-03-12", "2028-11-05"])
    it(`switch to the poll on ${day}, when daylight saving changes`, () => {
      const meter = new BilledMeter(POLL_MS, california);
      const noon_ms = Date.parse(`${day}T12:00Z`);
      const [from, to] = [-12, 24].map((hours) => new Date(noon_ms + hours * 3_600_000).toISOString());
      const expected = run(meter, from, to, POLL_MS);
      expect(meter.tiers(Direction.delivered)).toEqual(expected);
    });

  it("switch to the poll at midnight, and at the ends of a holiday", () => {
    for (const [from, to] of [
      ["2026-06-01T06:00Z", "2026-06-01T08:00Z"],
      ["2026-09-07T06:30Z", "2026-09-08T07:30Z"],
    ]) {
      const meter = new BilledMeter(POLL_MS, california);
      const expected = run(meter, from, to, POLL_MS);
      expect(meter.tiers(Direction.delivered)).toEqual(expected);
    }
  });
});

describe("energy of the tiers", () => {
  it("sums to the total registers after every poll, whatever clock, chip and configuration do", () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ flow: fc.tuple(fc.nat(2 ** 24), fc.nat(1000)) }) },
      { weight: 1, arbitrary: fc.record({ set_ms: fc.integer({ min: -90_000_000, max: 90_000_000 }) }) },
      { weight: 1, arbitrary: fc.record({ tiers: fc.integer({ min: 1, max: 6 }) }) },
      { weight: 1, arbitrary: fc.record({ stall_ms: fc.nat(7_200_000) }) },
      { weight: 1, arbitrary: fc.record({ status: fc.constantFrom(PollStatus.ok, PollStatus.noAnswer) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const meter = new BilledMeter(POLL_MS, california);
        meter.registers.start();
        let before = [...meter.billing.tiers.energy];
        for (const one of steps) {
          if ("flow" in one) meter.flow(...one.flow);
          if ("set_ms" in one) meter.utc.set(Date.parse("2027-06-01T00:00Z") + one.set_ms, true);
          if ("tiers" in one)
            replace(
              meter.configuration,
              ConfigurationKind.tariff,
              tariffObject(one.tiers, [[1, 1, Array(8).fill(0)]], [[[0, one.tiers]]]),
            );
          if ("stall_ms" in one) meter.clock.stall(one.stall_ms);
          if ("status" in one) meter.chip.status = one.status;
          meter.clock.advance(POLL_MS);
          for (const direction of [Direction.delivered, Direction.received])
            expect(meter.tiers(direction).reduce((a, b) => a + b)).toBe(meter.total_mWh(direction));
          const now = [...meter.billing.tiers.energy];
          now.forEach((energy, i) => expect(energy).toBeGreaterThanOrEqual(before[i]));
          before = now;
        }
      }),
    );
  });

  it("keeps growing beyond 2^52 mWh, a mWh at a time", () => {
    const tiers = new TierRegisters();
    tiers.isTimed = true;
    tiers.take(2 ** 52, 0);
    for (let energy_mWh = 2 ** 52 + 1; energy_mWh < 2 ** 52 + 100; energy_mWh++) tiers.take(energy_mWh, 0);
    expect(tiers.energy[0]).toBe(2 ** 52 + 99);
  });

  it("goes to the default tier while the time is not known, and is counted", () => {
    const meter = new BilledMeter(POLL_MS, california);
    meter.registers.start();
    meter.flow(700, 30);
    meter.clock.advance(POLL_MS);
    meter.flow(50);
    meter.utc.set(Date.parse("2026-07-01T23:59:58Z"));
    meter.flow(1000, 1);
    meter.clock.advance(POLL_MS);
    expect(meter.tiers(Direction.delivered)).toEqual([1000, 0, 750, 0, 0, 0]);
    expect(meter.tiers(Direction.received)).toEqual([1, 0, 30, 0, 0, 0]);
    expect([...meter.billing.tiers.untimed]).toEqual([750, 30]);
  });

  it("goes to the tier at a poll's start where the poll straddles a switch", () => {
    const meter = new BilledMeter(POLL_MS, california);
    meter.utc.set(Date.parse("2026-07-01T22:59:00Z"));
    meter.registers.start();
    meter.clock.advance(POLL_MS);
    meter.flow(900);
    meter.clock.stall(3_600_000);
    meter.flow(5);
    meter.clock.advance(POLL_MS);
    expect(meter.tiers(Direction.delivered)).toEqual([5, 0, 900, 0, 0, 0]);
  });

  it("stands in 60 bytes, goes on from them, and what came meanwhile is not lost", () => {
    const tiers = new TierRegisters();
    tiers.take(2 ** 40, 7);
    tiers.tier = 6;
    tiers.take(2 ** 40 + 5, 9);
    const w = new Writer(new Uint8Array(TIER_REGISTERS_BYTES));
    tiers.save(w);
    expect([w.ok, w.at]).toEqual([true, 60]);
    const again = new TierRegisters();
    again.load(new Reader(w.bytes), 2 ** 40 + 5, 9);
    expect(again.energy).toEqual(tiers.energy);
    again.take(2 ** 40 + 6, 9);
    expect([...again.energy]).toEqual([2 ** 40 + 1, 7, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2]);
    // Totals from before the tiers' are waited for.
    again.take(2 ** 40, 9);
    again.take(2 ** 40 + 8, 9);
    expect(again.energy[0]).toBe(2 ** 40 + 3);
  });
});
