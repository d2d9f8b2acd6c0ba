import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EARLIEST_UTC_ms,
  NOTABLE_SET_ms,
  SLEW_LIMIT_ms,
  SLEW_PPM,
  STEP_LIMIT_ms,
  UtcClock,
} from "firmware/clock/utc";
import { decodePanTime, encodeSetTimeByPan, encodeSetTime } from "firmware/clock/codec";
import { TimeResource } from "firmware/clock/resource";
import { Code, ContentFormat } from "firmware/coap/resource";
import { Reader, Writer } from "firmware/codec/cursor";
import { cddl, decodeCbor } from "../../support/cddl";
import { exchange } from "../../support/exchange";
import { ManualClock } from "../../support/scripted-meter";

const START_ms = 1_772_323_200_000;
const DAY_ms = 86_400_000;

/** A PAN without a time of its own. */
const NO_PAN = { panTime_ms: -1 };

class Node {
  readonly clock = new ManualClock();
  readonly utc = new UtcClock(this.clock);
  readonly sets: number[] = [];

  constructor() {
    this.utc.onSet = (error_ms) => this.sets.push(error_ms);
  }
}

describe("UTC", () => {
  it("is not known before it is set, and steps at the first set", () => {
    const { clock, utc, sets } = new Node();
    clock.advance(5000);
    expect([utc.known, utc.utc_ms(), utc.uptime_ms()]).toEqual([false, 0, 5000]);
    utc.set(START_ms);
    expect([utc.known, utc.utc_ms(), utc.lastSet_ms]).toEqual([true, START_ms, START_ms]);
    expect(sets).toEqual([START_ms]);
    clock.advance(1234);
    expect(utc.utc_ms()).toBe(START_ms + 1234);
  });

  it("never goes back, nor faster than it may, through sets within the limit", () => {
    const set = fc.record({
      after_ms: fc.integer({ min: 0, max: 3 * DAY_ms }),
      error_ms: fc.integer({ min: -SLEW_LIMIT_ms + 1, max: SLEW_LIMIT_ms - 1 }),
    });
    fc.assert(
      fc.property(fc.array(set, { maxLength: 10 }), (sets) => {
        const { clock, utc } = new Node();
        utc.set(START_ms);
        let last_ms = utc.utc_ms();
        let lastLocal_ms = 0;
        const look = (): void => {
          const passed_ms = clock.now_ms() - lastLocal_ms;
          const advance_ms = utc.utc_ms() - last_ms;
          expect(Math.abs(advance_ms - passed_ms)).toBeLessThanOrEqual(
            1 + passed_ms * (SLEW_PPM + 100) * 1e-6,
          );
          last_ms += advance_ms;
          lastLocal_ms += passed_ms;
        };
        for (const { after_ms, error_ms } of sets) {
          clock.advance(Math.floor(after_ms / 2));
          look();
          clock.advance(1);
          look();
          clock.advance(Math.ceil(after_ms / 2));
          look();
          utc.set(utc.utc_ms() + error_ms);
          look();
        }
      }),
    );
  });

  it("works a small error off, and then keeps the time", () => {
    for (const error_ms of [-3000, -1, 1, 900, 9999]) {
      const { clock, utc, sets } = new Node();
      utc.set(START_ms);
      clock.advance(60_000);
      utc.set(START_ms + 60_000 + error_ms);
      expect(utc.utc_ms()).toBe(START_ms + 60_000);
      clock.advance((Math.abs(error_ms) * 1e6) / SLEW_PPM + 1);
      expect(Math.abs(utc.utc_ms() - (START_ms + clock.now_ms() + error_ms))).toBeLessThanOrEqual(1);
      clock.advance(10 * DAY_ms);
      expect(Math.abs(utc.utc_ms() - (START_ms + clock.now_ms() + error_ms))).toBeLessThanOrEqual(1);
      expect(sets.slice(1)).toEqual(Math.abs(error_ms) > NOTABLE_SET_ms ? [error_ms] : []);
    }
  });

  it("steps beyond the limit, both ways, and says so", () => {
    const { clock, utc, sets } = new Node();
    utc.set(START_ms);
    clock.advance(1000);
    utc.set(START_ms + 11_001);
    expect(utc.utc_ms()).toBe(START_ms + 11_001);
    utc.set(START_ms);
    expect(utc.utc_ms()).toBe(START_ms);
    expect(sets.slice(1)).toEqual([10_001, -11_001]);
  });

  it("refuses a jump beyond the limit, and moves by it only when forced", () => {
    for (const sign of [-1, 1]) {
      const { clock, utc, sets } = new Node();
      const refused: number[] = [];
      utc.onRefused = (error_ms) => refused.push(error_ms);
      utc.set(START_ms);
      clock.advance(1000);
      const jump_ms = sign * (STEP_LIMIT_ms + 1);
      expect(utc.set(START_ms + 1000 + jump_ms)).toBe(false);
      expect(utc.utc_ms()).toBe(START_ms + 1000);
      expect(utc.set(START_ms + 1000 + jump_ms, true)).toBe(true);
      expect(utc.utc_ms()).toBe(START_ms + 1000 + jump_ms);
      expect([refused, sets.slice(1)]).toEqual([[jump_ms], [jump_ms]]);
    }
  });

  it("stays unknown where time restarts at 0, forced or not", () => {
    const { utc, sets } = new Node();
    for (const utc_ms of [0, 1, 86_400_000, EARLIEST_UTC_ms - 1]) {
      expect([utc.set(utc_ms), utc.set(utc_ms, true)]).toEqual([false, false]);
    }
    expect([utc.known, utc.utc_ms(), sets]).toEqual([false, 0, []]);
  });

  it("learns the rate of its crystal from daily sets", () => {
    fc.assert(
      fc.property(fc.integer({ min: -99, max: 99 }), (ppm) => {
        const { clock, utc } = new Node();
        for (let day = 0; day < 6; day++) {
          utc.set(START_ms + day * DAY_ms);
          clock.advance(Math.round(DAY_ms * (1 + ppm * 1e-6)));
        }
        expect(Math.abs(utc.drift_ppb + ppm * 1000)).toBeLessThan(100);
        expect(Math.abs(utc.utc_ms() - (START_ms + 6 * DAY_ms))).toBeLessThan(20);
      }),
    );
  });

  it("does not take a wrong time, or one too soon, for a rate", () => {
    const { clock, utc } = new Node();
    utc.set(START_ms);
    clock.advance(3_600_000);
    utc.set(START_ms + 3_600_000 + 4000);
    expect(utc.drift_ppb).toBe(0);
    clock.advance(DAY_ms / 2);
    utc.set(utc.utc_ms() + 4900);
    expect(utc.drift_ppb).toBe(0);
    clock.advance(DAY_ms);
    utc.set(utc.utc_ms() + 100_000);
    expect(utc.drift_ppb).toBe(0);
  });

  it("tells the local time of a moment to come, to the millisecond", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -12_000, max: 12_000 }),
        fc.integer({ min: 0, max: 3 * DAY_ms }),
        fc.integer({ min: -60, max: 60 }),
        fc.integer({ min: 0, max: DAY_ms }),
        (error_ms, ahead_ms, ppm, now_ms) => {
          const { clock, utc } = new Node();
          utc.set(START_ms);
          clock.advance(DAY_ms);
          utc.set(START_ms + Math.round(DAY_ms * (1 + ppm * 1e-6)));
          clock.advance(now_ms);
          utc.set(utc.utc_ms() + error_ms);
          const moment_ms = utc.utc_ms() + ahead_ms;
          const local_ms = utc.toLocal_ms(moment_ms);
          if (local_ms > clock.now_ms()) {
            clock.advance(local_ms - clock.now_ms() - 1);
            expect(utc.utc_ms()).toBeLessThan(moment_ms);
            clock.advance(1);
          }
          expect(utc.utc_ms()).toBeGreaterThanOrEqual(moment_ms);
        },
      ),
    );
  });
});

describe("/time", () => {
  const isTime = cddl("time");

  function body(utc_ms: number): Uint8Array {
    const w = new Writer(new Uint8Array(16));
    encodeSetTime(w, utc_ms);
    return w.bytes.slice(0, w.length);
  }

  it("answers what is known, in the form of its CDDL", () => {
    fc.assert(
      fc.property(
        fc.nat(DAY_ms),
        fc.option(fc.integer({ min: EARLIEST_UTC_ms, max: 4_000_000_000_000 })),
        fc.nat(DAY_ms),
        (a_ms, set, b_ms) => {
          const { clock, utc } = new Node();
          clock.advance(a_ms);
          if (set !== null) utc.set(set);
          clock.advance(b_ms);
          const { code, body } = exchange(new TimeResource(utc, NO_PAN), "get");
          expect(code).toBe(Code.content);
          const time = decodeCbor(body) as Map<number, unknown>;
          expect(isTime("time", time)).toBe(true);
          expect([...time]).toEqual([
            [0, set === null ? null : set + b_ms],
            [1, a_ms + b_ms],
            [2, set],
            [3, 0],
            [5, null],
          ]);
        },
      ),
    );
  });

  it("takes a time", () => {
    const { utc } = new Node();
    expect(isTime("set-time", decodeCbor(body(START_ms)))).toBe(true);
    expect(exchange(new TimeResource(utc, NO_PAN), "put", { body: body(START_ms) }).code).toBe(Code.changed);
    expect(utc.utc_ms()).toBe(START_ms);
  });

  it("answers a conflict where the clock refuses, and can be forced", () => {
    const { utc } = new Node();
    const put = (utc_ms: number, forced: boolean): number => {
      const w = new Writer(new Uint8Array(16));
      encodeSetTime(w, utc_ms, forced);
      const bytes = w.bytes.slice(0, w.length);
      expect(isTime("set-time", decodeCbor(bytes))).toBe(true);
      return exchange(new TimeResource(utc, NO_PAN), "put", { body: bytes }).code;
    };
    expect(put(0, false)).toBe(Code.conflict);
    expect(put(START_ms, false)).toBe(Code.changed);
    expect(put(START_ms + DAY_ms, false)).toBe(Code.conflict);
    expect(put(START_ms + DAY_ms, true)).toBe(Code.changed);
    expect(utc.utc_ms()).toBe(START_ms + DAY_ms);
  });

  it("takes what UTC was at some time of the PAN's, however long that was under way", () => {
    const { clock, utc } = new Node();
    const pan = { panTime_ms: 5_000_000 };
    const resource = new TimeResource(utc, pan);
    const put = (pan_ms: number): number => {
      const w = new Writer(new Uint8Array(24));
      encodeSetTimeByPan(w, START_ms, pan_ms);
      const bytes = w.bytes.slice(0, w.length);
      expect(isTime("group-time", decodeCbor(bytes))).toBe(true);
      return exchange(resource, "put", { body: bytes }).code;
    };
    // From long ago, or from the future by more than clocks differ.
    expect([put(4_399_999), put(5_001_021)]).toEqual([Code.conflict, Code.conflict]);
    expect(utc.known).toBe(false);
    expect(put(4_977_000)).toBe(Code.changed);
    expect(utc.utc_ms()).toBe(START_ms + 23_000);
    clock.advance(60_000);
    pan.panTime_ms += 60_000;
    // Again: nothing to correct, nothing flagged.
    expect(put(4_977_000)).toBe(Code.changed);
    expect(utc.utc_ms()).toBe(START_ms + 83_000);
    pan.panTime_ms = -1;
    expect(put(4_977_000)).toBe(Code.conflict);
  });

  it("tells the PAN's time, for the head end to say what UTC was then", () => {
    const { utc } = new Node();
    const { body: answer } = exchange(new TimeResource(utc, { panTime_ms: 4_000_000_000_123 }), "get");
    expect(isTime("time", decodeCbor(answer))).toBe(true);
    expect(decodePanTime(new Reader(answer))).toBe(4_000_000_000_123);
    const { body: without } = exchange(new TimeResource(utc, NO_PAN), "get");
    expect(decodePanTime(new Reader(without))).toBe(-1);
    for (let length = 0; length < answer.length; length++)
      expect(decodePanTime(new Reader(answer.slice(0, length)))).toBe(-1);
  });

  it("refuses anything else, whatever is cut, flipped or grown", () => {
    const whole = body(START_ms);
    const { utc } = new Node();
    const resource = new TimeResource(utc, NO_PAN);
    const put = (bytes: Uint8Array, contentFormat: number = ContentFormat.cbor): number =>
      exchange(resource, "put", { body: bytes, contentFormat }).code;
    expect(put(whole, ContentFormat.none)).toBe(Code.unsupportedContentFormat);
    expect(put(body(4_294_967_295_001))).toBe(Code.badRequest);
    for (let length = 0; length < whole.length; length++)
      expect(put(whole.slice(0, length))).toBe(Code.badRequest);
    expect(put(Uint8Array.of(...whole, 0))).toBe(Code.badRequest);
    // Map head, key and the integer's head; a flip of the value is another time.
    for (let at = 0; at < 3; at++)
      for (let mask = 1; mask < 256; mask++)
        expect(put(whole.map((byte, i) => (i === at ? byte ^ mask : byte))), `${at} ${mask}`).toBe(
          Code.badRequest,
        );
    expect(utc.known).toBe(false);
  });
});
