import { describe, expect, it } from "vitest";
import { UtcClock } from "firmware/clock/utc";
import { EVENTS_KEPT, EventCode, EventLog, EventRecord, QUIET_ms } from "firmware/events/log";
import { ManualClock } from "../../support/scripted-meter";

function make() {
  const clock = new ManualClock();
  const utc = new UtcClock(clock);
  const log = new EventLog(utc);
  const all = (): EventRecord[] => {
    const records: EventRecord[] = [];
    for (let sequence = log.first; sequence < log.next; sequence++) {
      const record = new EventRecord();
      expect(log.read(sequence, record)).toBe(true);
      records.push(record);
    }
    return records;
  };
  return { clock, utc, log, all };
}

describe("the event log", () => {
  it("numbers and times what happens", () => {
    const { clock, utc, log, all } = make();
    expect(log.read(1, new EventRecord())).toBe(false);
    log.record(EventCode.powerUp, 7);
    utc.set(1_772_323_200_000);
    clock.advance(1500);
    log.record(EventCode.clockSet, -(2 ** 41));
    expect(all().map(({ sequence, utc_ms, code, argument }) => [sequence, utc_ms, code, argument])).toEqual([
      [1, 0, EventCode.powerUp, 7],
      [2, 1_772_323_201_500, EventCode.clockSet, -(2 ** 41)],
    ]);
  });

  it("keeps the latest", () => {
    const { log, all } = make();
    for (let i = 1; i <= 1000; i++) log.record(EventCode.clockSet, i);
    expect(all().map((record) => record.argument)).toEqual(
      Array.from({ length: EVENTS_KEPT }, (_, i) => 1000 - EVENTS_KEPT + 1 + i),
    );
    expect(log.read(log.first - 1, new EventRecord())).toBe(false);
    expect(log.read(log.next, new EventRecord())).toBe(false);
  });

  it("makes one event of a fault that repeats, and another when it comes back", () => {
    const { clock, log, all } = make();
    for (let i = 0; i < 1000; i++) {
      log.fault(EventCode.chipSilent);
      if (i % 100 === 0) log.fault(EventCode.busNoise);
      clock.advance(5000);
    }
    expect(all().map((record) => record.code)).toEqual([EventCode.chipSilent, EventCode.busNoise]);
    clock.advance(QUIET_ms);
    log.fault(EventCode.chipSilent);
    expect(log.next).toBe(4);
  });

  it("gives codes that keep their meaning", () => {
    expect(EventCode).toEqual({
      powerUp: 1,
      clockSet: 2,
      restarted: 3,
      chipSilent: 16,
      countsHeld: 17,
      countsLost: 18,
      chipRestarted: 19,
      configurationRepaired: 20,
      chipOverflow: 21,
      busNoise: 22,
      storageFailed: 32,
    });
  });
});
