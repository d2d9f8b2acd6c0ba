import { describe, expect, it } from "vitest";
import { SmallTown } from "../support/small-town";

/** The long form has 200. */
const TOWNS = Number(process.env["TOWNS"] ?? 4);
/** A repair, with DIOs that are lost. */
const REPAIR_s = 60;
/** Copies that come later than a packet is remembered: of those sent and echoed. */
const LATE_COPIES = 0.05;

describe.each(Array.from({ length: TOWNS }, (_, n) => n + 1))("a small town with faults, seed %i", (seed) => {
  it("has no lasting loop, loses no packet untold, and is read wherever it is registered", () => {
    const town = new SmallTown(seed);
    const { street, record } = town;
    town.runTo(7);
    town.fail();
    town.runTo(12);
    const { registered } = town;
    expect(registered.length).toBeGreaterThan(0);
    street.headEnd.poller.readAll(street.utc_ms());
    town.runTo(16);

    const read = new Set(
      street.reads.filter(({ done_ms }) => done_ms !== undefined).map(({ meter }) => meter.address.join()),
    );
    const unread = registered.filter(({ meter }) => !read.has(meter.stack.address.join()));
    expect(unread.map(({ number }) => number)).toEqual([]);
    expect(record.longestLoop_s).toBeLessThanOrEqual(REPAIR_s);
    expect(town.dropped("hopLimit")).toBe(0);
    const counted = town.dropped("noRoute", "unanswered", "queueFull", "rankError", "tooLong");
    expect(record.sent - record.replied).toBeLessThanOrEqual(counted + town.waiting);
    expect(record.duplicates).toBeLessThanOrEqual(LATE_COPIES * (record.sent + record.delivered));
  });
});
