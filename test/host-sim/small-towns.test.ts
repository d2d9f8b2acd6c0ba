import { describe, expect, it } from "vitest";
import { SmallTown } from "../support/small-town";

/** The long form has 200. */
const TOWNS = Number(process.env["TOWNS"] ?? 4);
/** A repair, with DIOs that are lost. */
const REPAIR_s = 60;
/** So long a packet is remembered by those that pass it on, and by the last. */
const REMEMBERED_s = 3.9;
/** Copies that come later, and are for whoever is asked to tell: of those sent and echoed. */
const LATE_COPIES = 0.03;
/** Reads begin 5 minutes after the faults. One that fails is tried again after ever longer waits, and given up in the end. */
const READING_min = 12;
const GIVEN_UP_min = READING_min + 120;

describe.each(Array.from({ length: TOWNS }, (_, n) => n + 1))("a small town with faults, seed %i", (seed) => {
  it("has no lasting loop, loses no packet untold, and is read wherever there is a way", () => {
    const town = new SmallTown(seed);
    const { street, record } = town;
    town.runTo(7);
    town.fail();
    town.runTo(READING_min);
    const { readable } = town;
    expect(readable.length).toBeGreaterThan(0);
    street.headEnd.poller.readAll(street.utc_ms());
    for (let minute = READING_min + 4; minute <= GIVEN_UP_min; minute++) {
      town.runTo(minute);
      if (town.unread(readable).length === 0) break;
    }
    expect(town.unread(readable).map(({ number }) => number)).toEqual([]);

    expect(record.longestLoop_s).toBeLessThanOrEqual(REPAIR_s);
    expect(town.sum(({ mesh }) => mesh.counters.dropped.hopLimit)).toBe(0);
    // What a node has acknowledged it has; what it drops it counts.
    expect(town.sum(({ mesh }) => mesh.counters.passedOn)).toBeLessThanOrEqual(record.handedUp);
    const counted = town.sum(({ mesh, stack }) => {
      const { noRoute, unanswered, queueFull, rankError, tooLong } = mesh.counters.dropped;
      const { notSent, dropped } = stack.counters;
      return noRoute + unanswered + queueFull + rankError + tooLong + notSent + dropped.noRoute;
    });
    expect(record.sent - record.replied).toBeLessThanOrEqual(counted + town.waiting);
    expect(record.soonestDuplicate_s).toBeGreaterThan(REMEMBERED_s);
    expect(record.duplicates).toBeLessThanOrEqual(LATE_COPIES * (record.sent + record.delivered));
  }, 120_000);
});
