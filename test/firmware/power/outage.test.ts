import { describe, expect, it } from "vitest";
import { UtcClock } from "firmware/clock/utc";
import { EventCode, EventRecord } from "firmware/events/log";
import { Kernel } from "firmware/kernel/kernel";
import { Outage, UNKNOWN_LENGTH } from "firmware/power/outage";
import { ResetReason } from "hal/reset";
import { NorFlash } from "../../../host-sim/flash";
import { eventLog, eventsOf } from "../../support/event-log";
import { ManualClock } from "../../support/scripted-meter";

const UTC_MS = 1_772_323_200_000;

/** A meter's start over `flash`; `minimum_s` is the shortest outage. */
function start(flash: NorFlash, minimum_s = 0, lastSeen_ms = 0, reason: number = ResetReason.powerUp) {
  const clock = new ManualClock();
  const utc = new UtcClock(clock);
  const events = eventLog(utc, flash);
  const isPowerUp = reason === ResetReason.powerUp;
  const kernel = new Kernel(clock);
  const outage = new Outage({ kernel, utc, events, minimum_s, lastSeen_ms, isPowerUp });
  events.start(reason);
  return {
    clock,
    utc,
    events,
    outage,
    setTime: (utc_ms: number) => {
      utc.set(utc_ms);
      outage.clockSet();
    },
    /** Times from UTC_MS on, or uptimes. */
    outages: () =>
      eventsOf(events)
        .filter(({ code }) => code === EventCode.powerFailed || code === EventCode.outage)
        .map(({ code, utc_ms, time_ms, argument }: EventRecord) =>
          code === EventCode.outage
            ? ["outage", utc_ms > 0 ? utc_ms - UTC_MS : time_ms, argument]
            : ["failed", utc_ms > 0 ? utc_ms - UTC_MS : time_ms],
        ),
  };
}

const newFlash = () => new NorFlash({ size: 16 * 1024 });

describe("an outage", () => {
  it("that the capacitor bridges is recorded with its begin and its length", () => {
    const meter = start(newFlash());
    meter.setTime(UTC_MS);
    meter.clock.advance(1000);
    meter.outage.begin();
    meter.clock.advance(42_000);
    meter.outage.end();
    expect(meter.outages()).toEqual([
      ["failed", 1000],
      ["outage", 43_000, 42],
    ]);
  });

  it("is none while it is shorter than the minimum, and is recorded 10 s after its begin at the latest", () => {
    const meter = start(newFlash(), 5);
    meter.setTime(UTC_MS);
    meter.outage.begin();
    meter.clock.advance(4_999);
    meter.outage.end();
    expect(meter.outages()).toEqual([]);

    const patient = start(newFlash(), 255);
    patient.setTime(UTC_MS);
    patient.outage.begin();
    patient.clock.advance(9_999);
    expect(patient.outages()).toEqual([]);
    patient.clock.advance(1);
    expect(patient.outages()).toEqual([["failed", 0]]);
    patient.clock.advance(200_000);
    patient.outage.end();
    expect(patient.outages()).toEqual([["failed", 0]]);
  });

  it("that outlasts the capacitor gets its length when the time is known again", () => {
    const flash = newFlash();
    const before = start(flash);
    before.setTime(UTC_MS);
    before.clock.advance(7_000);
    before.outage.begin();
    before.clock.advance(60_000);

    const after = start(flash);
    after.clock.advance(90_000);
    expect(after.outage.failed_ms).toBe(UTC_MS + 7_000);
    after.setTime(UTC_MS + 3_690_000);
    expect(after.outages()).toEqual([
      ["failed", 7_000],
      ["outage", 3_600_000, 3593],
    ]);
    after.setTime(UTC_MS + 4_000_000);
    expect(after.outages()).toHaveLength(2);
  });

  it("without a warning began when the meter was seen last, or nobody knows when", () => {
    const flash = newFlash();
    start(flash).setTime(UTC_MS);
    const seen = start(flash, 0, UTC_MS + 10_000);
    seen.setTime(UTC_MS + 30_000);
    expect(seen.outages()).toEqual([["outage", 30_000, 20]]);
    const unseen = start(flash);
    unseen.setTime(UTC_MS + 60_000);
    expect(unseen.outages().at(-1)).toEqual(["outage", 60_000, UNKNOWN_LENGTH]);
  });

  it("is none where it was over before, at the first start of all, or after a restart of the software", () => {
    const flash = newFlash();
    const first = start(flash);
    first.setTime(UTC_MS);
    expect(first.outages()).toEqual([]);
    first.outage.begin();
    first.clock.advance(20_000);
    first.outage.end();
    const restarted = start(flash, 0, 0, ResetReason.watchdog);
    restarted.setTime(UTC_MS + 100_000);
    expect(restarted.outages()).toHaveLength(2);
    const later = start(flash, 0, UTC_MS + 200_000);
    expect(later.outage.failed_ms).toBe(UTC_MS + 200_000);
  });

  it("of which the time was not known has no known begin after a loss of power", () => {
    const flash = newFlash();
    const before = start(flash);
    before.clock.advance(500);
    before.outage.begin();
    before.clock.advance(10_000);
    expect(before.outages()).toEqual([["failed", 500]]);
    const after = start(flash);
    after.setTime(UTC_MS);
    expect(after.outages().at(-1)).toEqual(["outage", 0, UNKNOWN_LENGTH]);
  });
});
