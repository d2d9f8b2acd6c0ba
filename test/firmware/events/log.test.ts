import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UtcClock } from "firmware/clock/utc";
import { EVENT_QUEUE, EventCode, EventLog, EventRecord, QUIET_ms } from "firmware/events/log";
import { startArgument } from "firmware/events/codes";
import { EventChain } from "firmware/events/record";
import { FlashResult } from "hal/flash";
import { ResetReason } from "hal/reset";
import { NorFlash } from "../../../host-sim/flash";
import { eventLog, eventsOf } from "../../support/event-log";
import { ManualClock } from "../../support/scripted-meter";

const UTC_MS = 1_772_323_200_000;
const SECTOR = 4096;

/** Flash that refuses, while told so, to be programmed or to be erased. */
class MoodyFlash extends NorFlash {
  refusesProgram = false;
  erasing = 0;

  override program(address: number, from: Uint8Array, length: number): number {
    return this.refusesProgram ? FlashResult.failed : super.program(address, from, length);
  }

  override erase(address: number): number {
    this.erasing++;
    return super.erase(address);
  }
}

function make(sectors = 4) {
  const flash = new MoodyFlash({ size: sectors * SECTOR });
  const clock = new ManualClock();
  const utc = new UtcClock(clock);
  const supply = { failing: false };
  const log = eventLog(utc, flash, supply);
  return { flash, clock, utc, log, supply };
}

/** The log as it is after a power loss. */
function again(flash: NorFlash): EventLog {
  return eventLog(new UtcClock(new ManualClock()), flash);
}

const plain = ({ sequence, time_ms, code, argument }: EventRecord) => [sequence, time_ms, code, argument];

/** The chain by its definition, over all events from the first on. */
function chainOf(events: EventRecord[]): string {
  let value = Buffer.alloc(8);
  for (const { sequence, time_ms, code, argument } of events) {
    const event = Buffer.alloc(16);
    event.writeUInt32BE(sequence, 0);
    event.writeUIntBE(time_ms, 4, 6);
    event.writeUInt16BE(code, 10);
    event.writeInt32BE(argument, 12);
    value = createHash("sha256").update(value).update(event).digest().subarray(0, 8);
  }
  return value.toString("hex");
}

function chainAfter(log: EventLog, sequence: number): string | undefined {
  const chain = new EventChain();
  return log.readChain(sequence, chain) ? Buffer.from(chain.value).toString("hex") : undefined;
}

describe("the event log", () => {
  it("numbers and times what happens, by its uptime while the time is not known", () => {
    const { clock, utc, log } = make();
    expect(log.first).toBe(1);
    expect(log.read(1, new EventRecord())).toBe(false);
    clock.advance(700);
    log.record(EventCode.coverOpened, 7);
    utc.set(UTC_MS);
    clock.advance(1500);
    log.record(EventCode.coverClosed, -5);
    log.recordAt(UTC_MS + 3, EventCode.powerFailed, 0);
    expect(eventsOf(log).map(plain)).toEqual([
      [1, 700, EventCode.coverOpened, 7],
      [2, UTC_MS + 1500, EventCode.coverClosed, -5],
      [3, UTC_MS + 3, EventCode.powerFailed, 0],
    ]);
    expect(eventsOf(log).map(({ utc_ms }) => utc_ms)).toEqual([0, UTC_MS + 1500, UTC_MS + 3]);
  });

  it("cuts an argument to what 32 bits can say", () => {
    const { log } = make();
    log.record(EventCode.clockSet, 2 ** 41);
    log.record(EventCode.clockSet, -(2 ** 41));
    expect(eventsOf(log).map(({ argument }) => argument)).toEqual([2 ** 31 - 1, 1 - 2 ** 31]);
  });

  it("goes on after a power loss, with its numbers, its chain and its starts", () => {
    const { flash, log } = make();
    log.start(ResetReason.powerUp);
    log.record(EventCode.coverOpened);
    const second = again(flash);
    expect(second.starts).toBe(1);
    second.start(ResetReason.watchdog);
    for (let i = 0; i < 50; i++) second.record(EventCode.coverOpened, i);
    const third = again(flash);
    third.start(ResetReason.powerUp);
    const events = eventsOf(third);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events[2]).toMatchObject({
      code: EventCode.restarted,
      argument: startArgument(2, ResetReason.watchdog),
    });
    expect(events.at(-1)).toMatchObject({ code: EventCode.powerUp, argument: startArgument(3, 0) });
    expect(chainAfter(third, events.length)).toBe(chainOf(events));
    expect(chainAfter(third, 0)).toBe("00".repeat(8));
  });

  it("keeps the latest when its flash is full, each verifiable by the chain before it", () => {
    const { flash, log } = make(3);
    for (let i = 1; i <= 1000; i++) log.record(EventCode.coverOpened, i);
    for (const reader of [log, again(flash)]) {
      const events = eventsOf(reader);
      expect(events.length).toBeGreaterThan(127);
      expect(events.length).toBeLessThan(3 * 128);
      expect(events.at(-1)!.sequence).toBe(1000);
      expect(events.map(({ argument }) => argument)).toEqual(events.map(({ sequence }) => sequence));
      expect(chainAfter(reader, events[0].sequence - 1)).toBeDefined();
      expect(reader.read(events[0].sequence - 2, new EventRecord())).toBe(false);
      expect(reader.read(1001, new EventRecord())).toBe(false);
    }
  });

  it("finds any event, in any order, as a list in memory would", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 600 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
        (steps, lookUps) => {
          const bench = make(3);
          let { log } = bench;
          const list: number[] = [];
          for (const step of steps) {
            if (step === 0) log = again(bench.flash);
            log.record(EventCode.coverOpened, step);
            list.push(step);
          }
          const event = new EventRecord();
          for (const lookUp of lookUps) {
            const sequence = 1 + (lookUp % (list.length + 2));
            const isThere = sequence >= log.first && sequence <= list.length;
            if (!isThere && sequence >= log.first - 1 && sequence <= list.length) continue;
            expect(log.read(sequence, event)).toBe(isThere);
            if (isThere) expect([event.sequence, event.argument]).toEqual([sequence, list[sequence - 1]]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("erases nothing while the supply sags, and queues what would need it", () => {
    const { flash, log, supply } = make(3);
    const full = () => log.record(EventCode.coverOpened);
    full();
    supply.failing = true;
    flash.erasing = 0;
    for (let i = 0; i < 2 * 127 + EVENT_QUEUE + 2; i++) full();
    expect(flash.erasing).toBe(0);
    supply.failing = false;
    full();
    expect(flash.erasing).toBeGreaterThan(0);
    const events = eventsOf(log);
    expect(chainAfter(again(flash), log.next - 1)).toBe(chainAfter(log, log.next - 1));
    expect(events.some(({ code }) => code === EventCode.eventsLost)).toBe(true);
  });

  it("keeps in memory what the flash does not take, in order, and says how many were lost", () => {
    const { flash, log } = make();
    log.record(EventCode.coverOpened, 0);
    flash.refusesProgram = true;
    for (let i = 1; i <= EVENT_QUEUE + 3; i++) log.record(EventCode.coverOpened, i);
    expect(eventsOf(log).map(({ argument }) => argument)).toEqual(
      Array.from({ length: EVENT_QUEUE + 1 }, (_, i) => i),
    );
    flash.refusesProgram = false;
    log.record(EventCode.coverClosed, 77);
    const events = eventsOf(again(flash));
    expect(events.slice(-2).map(({ code, argument }) => [code, argument])).toEqual([
      [EventCode.eventsLost, 3],
      [EventCode.coverClosed, 77],
    ]);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(chainAfter(log, log.next - 1)).toBe(chainOf(events));
  });

  it("passes over a record that does not read, and finds the others", () => {
    const { flash, log } = make();
    for (let i = 1; i <= 20; i++) log.record(EventCode.coverOpened, i);
    flash.program(10 * 32, new Uint8Array(32), 32);
    const reader = again(flash);
    expect(eventsOf(reader).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1).filter((sequence) => sequence !== 10),
    );
    expect(reader.next).toBe(21);
  });

  it("makes one event of a fault that repeats, and another when it comes back", () => {
    const { clock, log } = make();
    for (let i = 0; i < 1000; i++) {
      log.fault(EventCode.chipSilent);
      if (i % 100 === 0) log.fault(EventCode.busNoise);
      clock.advance(5000);
    }
    expect(eventsOf(log).map((record) => record.code)).toEqual([EventCode.chipSilent, EventCode.busNoise]);
    clock.advance(QUIET_ms);
    log.fault(EventCode.chipSilent);
    expect(log.next).toBe(4);
  });
});
