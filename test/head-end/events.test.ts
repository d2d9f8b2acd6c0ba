import { describe, expect, it } from "vitest";
import { UtcClock } from "firmware/clock/utc";
import { Writer } from "firmware/codec/cursor";
import { encodeEvents, type EventSource } from "firmware/events/codec";
import { EventCode, type EventLog, EventRecord } from "firmware/events/log";
import { type EventChain } from "firmware/events/record";
import { EventHistory } from "../../head-end/events";
import { NorFlash } from "../../host-sim/flash";
import { eventLog, eventsOf } from "../support/event-log";
import { ManualClock } from "../support/scripted-meter";

function make(sectors = 4) {
  const log = eventLog(new UtcClock(new ManualClock()), new NorFlash({ size: sectors * 4096 }));
  const record = (count: number) => {
    for (let i = 0; i < count; i++) log.record(EventCode.coverOpened, log.next);
  };
  const history = new EventHistory();
  return { log, record, history };
}

/** Reads as the poller does. Answers how many requests that took. */
function readAll(source: EventSource, history: EventHistory): number {
  for (let requests = 1; ; requests++) {
    const w = new Writer(new Uint8Array(1024));
    encodeEvents(w, source, history.last, Infinity);
    const { ok, more } = history.take(w.bytes.slice(0, w.length));
    expect(ok).toBe(true);
    if (!more) return requests;
  }
}

/** A log of which somebody has changed the records with the device's key: chain values as they stand there. */
function tampered(log: EventLog, change: (events: EventRecord[], chains: string[]) => void): EventSource {
  const events = eventsOf(log);
  const chains = events.map((_, index) => chainText(log, index + 1));
  change(events, chains);
  return {
    first: 1,
    next: events.length + 1,
    read: (sequence, into) => {
      if (sequence < 1 || sequence > events.length) return false;
      Object.assign(into, events[sequence - 1], { sequence });
      return true;
    },
    readChain: (sequence, into) => {
      into.set(Buffer.from(sequence === 0 ? "00".repeat(8) : chains[sequence - 1], "hex"), 0);
      return true;
    },
  };
}

function chainText(log: EventLog, sequence: number): string {
  let text = "";
  const chain = {
    set: (from: Uint8Array, at: number) => (text = Buffer.from(from).toString("hex", at, at + 8)),
  };
  log.readChain(sequence, chain as unknown as EventChain);
  return text;
}

describe("the head end's events", () => {
  it("are those of the log, over as many reads and requests as it takes, and fit the chain", () => {
    const { log, record, history } = make();
    record(3);
    expect(readAll(log, history)).toBe(1);
    record(150);
    expect(readAll(log, history)).toBeGreaterThan(1);
    expect(readAll(log, history)).toBe(1);
    expect(history.events).toEqual(eventsOf(log));
    expect(history.breaks).toEqual([]);
  });

  it("show what was overwritten before it was read", () => {
    const { log, record, history } = make(3);
    record(3);
    readAll(log, history);
    record(600);
    readAll(log, history);
    expect(history.breaks).toEqual([{ at: log.first, what: "missing" }]);
    expect(history.last).toBe(603);
  });

  it("show an event that was altered", () => {
    const { log, record, history } = make();
    record(9);
    readAll(
      tampered(log, (events) => (events[4].argument = 99)),
      history,
    );
    expect(history.breaks).toEqual([{ at: 1, what: "altered" }]);
  });

  it("show events that changed places", () => {
    const { log, record, history } = make();
    record(9);
    readAll(
      tampered(log, (events) => ([events[4], events[5]] = [events[5], events[4]])),
      history,
    );
    expect(history.breaks).toEqual([{ at: 1, what: "altered" }]);
  });

  it("show an event that was removed, the others moved up", () => {
    const { log, record, history } = make();
    record(9);
    readAll(
      tampered(log, (events, chains) => {
        events.splice(4, 1);
        chains.splice(4, 1);
      }),
      history,
    );
    expect(history.breaks).toEqual([{ at: 1, what: "altered" }]);
  });

  it("show that the past was written anew with a chain of its own, since the last read", () => {
    const { log, record, history } = make();
    record(9);
    readAll(log, history);
    const other = make();
    other.log.record(EventCode.coverClosed, 0);
    other.record(12);
    readAll(other.log, history);
    expect(history.breaks).toEqual([{ at: 10, what: "rewritten" }]);
  });

  it("show that the newest were cut off, or that another log has taken the place of this one", () => {
    const { log, record, history } = make();
    record(9);
    readAll(log, history);
    const shorter = make();
    shorter.record(5);
    readAll(shorter.log, history);
    expect(history.breaks).toEqual([{ at: 5, what: "shortened" }]);
    expect(history.last).toBe(5);
  });

  it("are not changed by an answer that is malformed, or not what was asked for", () => {
    const { log, record, history } = make();
    record(9);
    readAll(log, history);
    const w = new Writer(new Uint8Array(1024));
    encodeEvents(w, log, 3, Infinity);
    expect(history.take(w.bytes.slice(0, w.length)).ok).toBe(false);
    expect(history.take(Uint8Array.of(0x80)).ok).toBe(false);
    expect(history.events).toHaveLength(9);
    expect(history.breaks).toEqual([]);
  });
});
