import { describe, expect, it } from "vitest";
import { EventCode } from "firmware/events/log";
import { IntervalFlag } from "firmware/intervals/flags";
import { Interval, IntervalChannel } from "firmware/intervals/interval";
import { IntervalLog } from "firmware/intervals/log";
import { RecordBytes } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import { registerIndex } from "firmware/registers/obis";
import { PollStatus, Quantity, countIndex } from "hal/metering-chip";
import { FlashResult } from "hal/flash";
import { NorFlash } from "../../../host-sim/flash";
import { testRing } from "../../support/ring";
import { ScriptedMeter } from "../../support/scripted-meter";

const { short, long, missing, partial, clockSet, powerFail, overflow, suspect } = IntervalFlag;
const MINUTE_ms = 60_000;
const CADENCE_ms = 15 * MINUTE_ms;
/** 2026-03-01T00:00Z */
const MIDNIGHT_ms = 1_772_323_200_000;
const DELIVERED = countIndex(Quantity.activeDelivered, 0);

class Meter extends ScriptedMeter {
  readonly flash: NorFlash;
  readonly log: IntervalLog;

  constructor(flash = new NorFlash({ size: 64 * 4096 }), interval_min = 15, knownUtc_ms?: number) {
    super();
    this.flash = flash;
    if (knownUtc_ms !== undefined) this.utc.set(knownUtc_ms);
    const { registers, utc, events } = this;
    this.log = new IntervalLog({
      registers,
      utc,
      events,
      ring: testRing(flash, RecordBytes.intervals),
      buffer: new RecordBuffer(),
      interval_min,
    });
    registers.start();
    // One count, 3.125 mWh, a second.
    let counted_s = 0;
    this.chip.onPoll = () => {
      const now_s = Math.floor(this.clock.now_ms() / 1000);
      this.chip.pending[DELIVERED] += now_s - counted_s;
      counted_s = now_s;
    };
  }

  intervals(): Interval[] {
    const found: Interval[] = [];
    for (let sequence = this.log.first; sequence < this.log.next; sequence++) {
      const interval = new Interval();
      expect(this.log.read(sequence, interval)).toBe(true);
      expect(interval.sequence).toBe(sequence);
      found.push(interval);
    }
    return found;
  }

  /** Start in minutes since midnight, flags, energy delivered. */
  table(): [number, number, number][] {
    return this.intervals().map((interval) => [
      (interval.start_s * 1000 - MIDNIGHT_ms) / MINUTE_ms,
      interval.flags,
      interval.values[IntervalChannel.activeDelivered],
    ]);
  }

  get delivered_mWh(): number {
    return this.registers.energy[registerIndex(0, 0)];
  }
}

const FULL_mWh = 900 * 3.125;

describe("intervals", () => {
  it("close on every boundary, whole and without flags", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(4 * CADENCE_ms);
    expect(meter.table()).toEqual([
      [0, 0, 2812],
      [15, 0, 2813],
      [30, 0, 2812],
      [45, 0, 2813],
    ]);
    expect(meter.intervals()[3].closingDelivered_mWh).toBe(4 * FULL_mWh);
  });

  it("last an hour where asked", () => {
    const meter = new Meter(undefined, 60, MIDNIGHT_ms);
    meter.clock.advance(150 * MINUTE_ms);
    expect(meter.table()).toEqual([
      [0, 0, 11_250],
      [60, 0, 11_250],
    ]);
  });

  it("close by uptime before the time is known, and take their places in it then", () => {
    const meter = new Meter();
    meter.clock.advance(60 * MINUTE_ms);
    expect(meter.log.next).toBe(1);
    meter.utc.set(MIDNIGHT_ms + 5 * MINUTE_ms);
    meter.clock.advance(25 * MINUTE_ms);
    expect(meter.table()).toEqual([
      [-60, clockSet | partial, 2812],
      [-45, clockSet, 2813],
      [-30, clockSet, 2812],
      [-15, clockSet, 2813],
      [0, clockSet | short, 1875],
      [15, 0, 2812],
    ]);
    expect(meter.codes()).toEqual([EventCode.clockSet]);
  });

  it("are short and partial where the time becomes known late at power-up", () => {
    const meter = new Meter();
    meter.utc.set(MIDNIGHT_ms + 5 * MINUTE_ms);
    meter.clock.advance(10 * MINUTE_ms);
    expect(meter.table()).toEqual([[0, clockSet | partial | short, 1875]]);
  });

  it("keep the voltage's minimum and mean, and the temperature", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(5 * MINUTE_ms);
    meter.chip.voltage_mV[1] = 228_040;
    meter.chip.temperature_dC = -123;
    meter.clock.advance(10 * MINUTE_ms);
    const { values } = meter.intervals()[0];
    expect(values[IntervalChannel.minimumVoltage]).toBe(2280);
    // 60 of 180 polls at 240 V on both legs, 120 of them at 240 and 228.04 V.
    expect(values[IntervalChannel.meanVoltage]).toBe(2360);
    expect(values[IntervalChannel.temperature]).toBe(-123);
  });

  it("are long after a stall, and those skipped are missing", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(10 * MINUTE_ms);
    meter.clock.stall(40 * MINUTE_ms);
    meter.clock.advance(10 * MINUTE_ms);
    expect(meter.table()).toEqual([
      [0, long, 50 * 60 * 3.125],
      [15, missing, 0],
      [30, missing, 0],
      [45, partial | short, 1875],
    ]);
  });

  it("are short where the clock is stepped on, and those skipped are missing", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(10 * MINUTE_ms);
    meter.utc.set(MIDNIGHT_ms + 40 * MINUTE_ms, true);
    meter.clock.advance(5 * MINUTE_ms);
    expect(meter.table()).toEqual([
      [0, clockSet | short, 1875],
      [15, missing | clockSet, 0],
      [30, clockSet | partial | short, 937],
    ]);
  });

  it("stay open where the clock is stepped back into time that is logged", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(50 * MINUTE_ms);
    meter.utc.set(MIDNIGHT_ms + 20 * MINUTE_ms);
    meter.clock.advance(55 * MINUTE_ms);
    expect(meter.table().map(([start, flags]) => [start, flags])).toEqual([
      [0, 0],
      [15, 0],
      [30, 0],
      [45, clockSet | long],
      [60, 0],
    ]);
  });

  it("close early where the clock is stepped back from a wrong date", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(20 * MINUTE_ms);
    meter.utc.set(MIDNIGHT_ms + 5_256_000 * MINUTE_ms, true);
    meter.clock.advance(20 * MINUTE_ms);
    meter.utc.set(MIDNIGHT_ms + 40 * MINUTE_ms, true);
    meter.clock.advance(20 * MINUTE_ms);
    expect(meter.table().map(([start, flags]) => [start, flags])).toEqual([
      [0, 0],
      [15, clockSet | short],
      [5_256_000, clockSet],
      [5_256_015, clockSet | partial | short],
      [30, clockSet | partial | short],
      [45, 0],
    ]);
  });

  it("flag a set of more than a second, and stay silent about smaller ones", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(10 * MINUTE_ms);
    meter.utc.set(MIDNIGHT_ms + 10 * MINUTE_ms + 900);
    meter.clock.advance(15 * MINUTE_ms);
    meter.utc.set(meter.utc.utc_ms() + 1500);
    meter.clock.advance(20 * MINUTE_ms);
    expect(meter.table().map(([, flags]) => flags)).toEqual([0, clockSet, 0]);
    expect(meter.codes()).toEqual([EventCode.clockSet]);
  });

  it("are marked by what the chip reports, noise aside", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    const statuses = [PollStatus.noise, PollStatus.lost, PollStatus.overflow, PollStatus.restarted];
    for (const status of statuses) {
      meter.clock.advance(5 * MINUTE_ms);
      meter.chip.status = status;
      meter.clock.advance(10_000);
      meter.chip.status = PollStatus.ok;
      meter.clock.advance(CADENCE_ms - 5 * MINUTE_ms - 10_000);
    }
    expect(meter.table().map(([, flags]) => flags)).toEqual([0, suspect, suspect | overflow, suspect]);
  });

  it("are both marked where the boundary's counts come after it", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(CADENCE_ms - 1000);
    meter.chip.status = PollStatus.held;
    meter.clock.advance(2000);
    meter.chip.status = PollStatus.ok;
    meter.clock.advance(2 * CADENCE_ms);
    expect(meter.table().map(([, flags]) => flags)).toEqual([suspect, suspect, 0]);
  });

  it("go on with their numbers after a restart, the time between missing", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(20 * MINUTE_ms);
    const again = new Meter(meter.flash);
    expect(again.log.next).toBe(2);
    again.clock.advance(10_000);
    again.utc.set(MIDNIGHT_ms + 50 * MINUTE_ms);
    again.clock.advance(30 * MINUTE_ms);
    expect(again.table().map(([start, flags]) => [start, flags])).toEqual([
      [0, 0],
      [15, partial | powerFail | short],
      [30, missing | powerFail],
      [45, powerFail | clockSet | partial | short],
      [60, 0],
    ]);
  });

  it("leave a gap of more than 400 days a gap", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(CADENCE_ms);
    meter.utc.set(MIDNIGHT_ms + 401 * 86_400_000, true);
    meter.clock.advance(CADENCE_ms);
    expect(meter.log.next).toBe(4);
  });

  it("stay open where the flash does not take them", () => {
    const meter = new Meter(undefined, 15, MIDNIGHT_ms);
    meter.clock.advance(CADENCE_ms);
    const program = meter.flash.program.bind(meter.flash);
    meter.flash.program = () => FlashResult.failed;
    meter.clock.advance(CADENCE_ms);
    meter.flash.program = program;
    meter.clock.advance(2 * CADENCE_ms);
    expect(meter.table()).toEqual([
      [0, 0, 2812],
      [15, long, 2 * FULL_mWh],
      [30, missing, 0],
      [45, 0, 2813],
    ]);
    expect(meter.codes()).toEqual([EventCode.storageFailed]);
  });
});
