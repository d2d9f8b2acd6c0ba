import { describe, expect, it } from "vitest";
import { UtcClock } from "firmware/clock/utc";
import { EventCommand } from "firmware/console/event-command";
import { OutageCommand } from "firmware/console/outage-command";
import { EventCode } from "firmware/events/log";
import { RecordBytes } from "firmware/storage/partitions";
import { ResetReason } from "hal/reset";
import { NorFlash } from "../../../host-sim/flash";
import { lines } from "../../support/command-lines";
import { eventLog } from "../../support/event-log";
import { ManualClock } from "../../support/scripted-meter";

const UTC_MS = Date.parse("2026-03-01T00:00Z");
const HOUR_MS = 3_600_000;

function make() {
  const clock = new ManualClock();
  const utc = new UtcClock(clock);
  return { clock, utc, log: eventLog(utc, new NorFlash({ size: 16 * 1024 })) };
}

describe("ev list", () => {
  it("shows number, time or uptime, name and argument, the oldest first", () => {
    const { clock, utc, log } = make();
    log.start(ResetReason.powerUp);
    clock.advance(17_900);
    log.record(EventCode.sagBegan, 3);
    utc.set(UTC_MS);
    log.record(EventCode.outage, -1);
    expect(lines(new EventCommand(log))).toEqual([
      "     1 +0                   powerUp                256",
      "     2 +17                  sagBegan               3",
      "     3 2026-03-01T00:00:00Z outage                 -1",
      "ok",
    ]);
  });

  it("shows the newest eight, or as many as are asked for", () => {
    const { log } = make();
    for (let i = 0; i < 50; i++) log.record(EventCode.coverOpened, i);
    const numbers = (...args: string[]): string[] =>
      lines(new EventCommand(log), ...args).map((line) => line.trim().split(" ")[0]);
    expect(numbers()).toEqual(["43", "44", "45", "46", "47", "48", "49", "50", "ok"]);
    expect(numbers("2")).toEqual(["49", "50", "ok"]);
    expect(numbers("100")).toHaveLength(51);
  });

  it("says so where there is none, and refuses what is no count", () => {
    const { log } = make();
    expect(lines(new EventCommand(log))).toEqual(["no-data"]);
    for (const bad of [["0"], ["-1"], ["x"], ["1", "2"]])
      expect(lines(new EventCommand(log), ...bad)).toEqual(["bad-argument"]);
  });

  it("says of a record that does not read that it does not", () => {
    const utc = new UtcClock(new ManualClock());
    const flash = new NorFlash({ size: 16 * 1024 });
    const log = eventLog(utc, flash);
    for (let i = 0; i < 20; i++) log.record(EventCode.coverOpened, i);
    flash.program(10 * RecordBytes.events, new Uint8Array(16), 16);
    const shown = lines(new EventCommand(eventLog(utc, flash)), "20");
    expect(shown.filter((line) => line.endsWith("unreadable"))).toHaveLength(1);
    expect(shown).toHaveLength(21);
  });
});

describe("outage list", () => {
  it("shows the last five, the newest first: failure, restoration and length", () => {
    const { clock, utc, log } = make();
    utc.set(UTC_MS);
    for (let outage = 1; outage <= 7; outage++) {
      clock.advance(HOUR_MS);
      log.record(EventCode.outage, 60 * outage);
      for (let i = 0; i < 20; i++) log.record(EventCode.busNoise);
    }
    expect(lines(new OutageCommand(log))).toEqual([
      "2026-03-01T06:53:00Z 2026-03-01T07:00:00Z 420",
      "2026-03-01T05:54:00Z 2026-03-01T06:00:00Z 360",
      "2026-03-01T04:55:00Z 2026-03-01T05:00:00Z 300",
      "2026-03-01T03:56:00Z 2026-03-01T04:00:00Z 240",
      "2026-03-01T02:57:00Z 2026-03-01T03:00:00Z 180",
      "ok",
    ]);
  });

  it("does not say what nobody knows", () => {
    const { utc, log } = make();
    log.record(EventCode.outage, 5);
    utc.set(UTC_MS);
    log.record(EventCode.outage, -1);
    expect(lines(new OutageCommand(log))).toEqual([
      "unknown              2026-03-01T00:00:00Z unknown",
      "unknown              unknown              5",
      "ok",
    ]);
  });

  it("says so where there is none, and takes no argument", () => {
    const { log } = make();
    log.record(EventCode.coverOpened);
    expect(lines(new OutageCommand(log))).toEqual(["no-data"]);
    expect(lines(new OutageCommand(log), "3")).toEqual(["bad-argument"]);
  });
});
