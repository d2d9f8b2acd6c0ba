import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Writer } from "firmware/codec/cursor";
import { BlockEncoder, DEFAULT_CHANNELS, type IntervalSource } from "firmware/intervals/codec";
import type { Interval } from "firmware/intervals/interval";
import { MeterRecord, ReadStore } from "../../head-end/store";

const START_S = Date.UTC(2026, 5, 1) / 1000;

/** A meter's log whose intervals take 1,000 mWh, 2,000 mWh and so on; numbered from 1. */
class Log implements IntervalSource {
  readonly first = 1;
  readonly cadence_s = 900;
  /** What its registers show beyond the sum of its intervals. */
  surplus_mWh = 0;

  constructor(readonly next: number) {}

  read(sequence: number, into: Interval): boolean {
    into.values.fill(0);
    into.sequence = sequence;
    into.start_s = START_S + sequence * 900;
    into.values[0] = sequence * 1000;
    into.closingDelivered_mWh = (sequence * (sequence + 1) * 1000) / 2 + this.surplus_mWh;
    into.closingReceived_mWh = 0;
    return true;
  }
}

function answer(log: Log, since: number, most: number): Uint8Array {
  const writer = new Writer(new Uint8Array(1024));
  new BlockEncoder(log).encode(writer, since, most, DEFAULT_CHANNELS);
  return writer.bytes.slice(0, writer.length);
}

describe("what the head end keeps of a meter", () => {
  it("is every interval once, however the reads cut them", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 }), (cuts) => {
        const log = new Log(101);
        const meter = new MeterRecord(new Uint8Array(16));
        for (const most of cuts) {
          const taken = meter.take(answer(log, meter.last ?? 0, most));
          expect(taken.ok).toBe(true);
          expect(taken.more).toBe(meter.last! < 100);
        }
        const count = Math.min(
          100,
          cuts.reduce((sum, most) => sum + most, 0),
        );
        expect([...meter.intervals.keys()]).toEqual(Array.from({ length: count }, (_, index) => index + 1));
        expect(meter.closingDelivered_mWh).toBe((count * (count + 1) * 1000) / 2);
        expect(meter.refused).toBe(0);
      }),
    );
  });

  it("refuses intervals that do not add up to the registers, and keeps none of them", () => {
    const log = new Log(33);
    const meter = new MeterRecord(new Uint8Array(16));
    expect(meter.take(answer(log, 0, 16)).ok).toBe(true);
    log.surplus_mWh = 1;
    expect(meter.take(answer(log, 16, 16))).toEqual({ ok: false, more: false });
    expect(meter.intervals.size).toBe(16);
    expect(meter.refused).toBe(1);
    log.surplus_mWh = 0;
    expect(meter.take(answer(log, 16, 16)).ok).toBe(true);
    expect(meter.intervals.size).toBe(32);
  });

  it("refuses an answer that goes back to what is kept", () => {
    const log = new Log(17);
    const meter = new MeterRecord(new Uint8Array(16));
    meter.take(answer(log, 0, 16));
    expect(meter.take(answer(log, 0, 16)).ok).toBe(false);
    expect(meter.intervals.size).toBe(16);
  });

  it("refuses every damaged answer without losing what it has", () => {
    const log = new Log(33);
    const good = answer(log, 16, 16);
    const meter = new MeterRecord(new Uint8Array(16));
    meter.take(answer(log, 0, 16));
    const kept = [...meter.intervals.values()];
    for (let length = 0; length < good.length; length++)
      expect(meter.take(good.slice(0, length)).ok).toBe(false);
    expect(meter.take(Uint8Array.from([...good, 0])).ok).toBe(false);
    for (let at = 0; at < good.length; at++) {
      const damaged = good.slice();
      damaged[at] ^= 0x80;
      const other = new MeterRecord(new Uint8Array(16));
      other.take(answer(log, 0, 16));
      other.take(damaged);
      expect([...other.intervals.values()].slice(0, 16)).toEqual(kept);
    }
    expect([...meter.intervals.values()]).toEqual(kept);
  });

  it("is found by the meter's address", () => {
    const store = new ReadStore();
    const address = new Uint8Array(16).fill(7);
    expect(store.meter(address)).toBeUndefined();
    const meter = store.add(address);
    address.fill(8);
    expect(store.meter(new Uint8Array(16).fill(7))).toBe(meter);
    expect(store.meters).toEqual([meter]);
  });
});
