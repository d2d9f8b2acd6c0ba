import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UtcClock } from "firmware/clock/utc";
import { Reader, Writer } from "firmware/codec/cursor";
import { Code } from "firmware/coap/resource";
import { decodeEvents, encodeEvents, Events } from "firmware/events/codec";
import { EventCode, type EventLog } from "firmware/events/log";
import { EventsResource } from "firmware/events/resource";
import { NorFlash } from "../../../host-sim/flash";
import { cddl, decodeCbor } from "../../support/cddl";
import { eventLog, eventsOf } from "../../support/event-log";
import { exchange } from "../../support/exchange";
import { ManualClock } from "../../support/scripted-meter";

const isEv = cddl("ev");

function filled(count: number, flash = new NorFlash({ size: 16 * 1024 })): EventLog {
  const clock = new ManualClock();
  const utc = new UtcClock(clock);
  const log = eventLog(utc, flash);
  for (let i = 0; i < count; i++) {
    if (i === 2) utc.set(1_772_323_200_000);
    log.record(EventCode.clockSet, i % 2 === 0 ? i : -i * 1000);
    clock.advance(1234);
  }
  return log;
}

function encoded(log: EventLog, since = 0, most = Infinity, room = 1024): Uint8Array {
  const w = new Writer(new Uint8Array(room));
  encodeEvents(w, log, since, most);
  expect(w.ok).toBe(true);
  return w.bytes.slice(0, w.length);
}

function decoded(body: Uint8Array): Events | undefined {
  const events = new Events();
  return decodeEvents(new Reader(body), events) ? events : undefined;
}

describe("the answer of /ev", () => {
  it("brings all events, in as many answers as they need, with a chain that links them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 80, max: 600 }), (count, room) => {
        const log = filled(count);
        const got = [];
        let last = 0;
        let chain = Buffer.alloc(8).toString("hex");
        do {
          const body = encoded(log, last, Infinity, room);
          expect(isEv("ev", decodeCbor(body))).toBe(true);
          const answer = decoded(body)!;
          expect(answer.newest).toBe(count);
          expect(answer.first).toBe(last + 1);
          expect(Buffer.from(answer.before).toString("hex")).toBe(chain);
          chain = Buffer.from(answer.after).toString("hex");
          got.push(...answer.events);
          last += answer.events.length;
        } while (last < count);
        expect(got).toEqual(eventsOf(log));
      }),
      { numRuns: 30 },
    );
  });

  it("is 30 bytes where there is nothing new, and 13 an event", () => {
    const log = filled(100);
    expect(encoded(log, 100).length).toBeLessThanOrEqual(30);
    const ten = encoded(log, 90).length - encoded(log, 100).length;
    expect(ten / 10).toBeLessThanOrEqual(15);
  });

  it("says where it begins when the events asked for are no longer there, or not yet", () => {
    const log = filled(600, new NorFlash({ size: 3 * 4096 }));
    expect(decoded(encoded(log, 0))).toMatchObject({ first: log.first, newest: 600 });
    expect(decoded(encoded(log, 900))).toMatchObject({ first: 601, newest: 600, events: [] });
  });

  it("goes on after a record that does not read", () => {
    const flash = new NorFlash({ size: 16 * 1024 });
    filled(20, flash);
    flash.program(10 * 32, new Uint8Array(32), 32);
    const log = eventLog(new UtcClock(new ManualClock()), flash);
    expect(decoded(encoded(log))!.events.map(({ sequence }) => sequence)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    // The chain's value before event 11 is gone with event 10.
    expect(decoded(encoded(log, 9))!.first).toBe(12);
  });

  it("is refused by the reader when it is cut, flipped or grown at any byte, or does not throw", () => {
    const body = encoded(filled(5));
    for (let length = 0; length < body.length; length++)
      expect(decoded(body.slice(0, length))).toBeUndefined();
    for (let at = 0; at < body.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const flipped = body.slice();
        flipped[at] ^= 1 << bit;
        decoded(flipped);
      }
    expect(decoded(Uint8Array.of(...body, 0))).toBeUndefined();
  });
});

describe("/ev", () => {
  it("takes since and n, and refuses what is no number", () => {
    const resource = new EventsResource(filled(9));
    const { code, body } = exchange(resource, "get", { query: { since: 4, n: 2 } });
    expect(code).toBe(Code.content);
    expect(decoded(body)!.events.map(({ sequence }) => sequence)).toEqual([5, 6]);
    for (const query of [{ since: NaN }, { n: 0 }, { n: NaN }])
      expect(exchange(resource, "get", { query }).code).toBe(Code.badRequest);
  });
});
