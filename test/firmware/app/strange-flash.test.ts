import { describe, expect, it } from "vitest";
import { EventCode, EventRecord } from "firmware/events/log";
import { PARTITIONS_4MB, Store } from "firmware/storage/partitions";
import type { NorFlash } from "../../../host-sim/flash";
import { Random } from "../../../host-sim/random";
import { RestartingMeter } from "../../support/restarting-meter";

const SECTOR_BYTES = 4096;
const STORES = ["registers", "events", "configuration", "intervals"] as const;

function fill(flash: NorFlash, offset: number, random: Random): void {
  const page = new Uint8Array(256);
  for (let address = offset; address < offset + SECTOR_BYTES; address += page.length) {
    for (let i = 0; i < page.length; i++) page[i] = random.below(256);
    flash.program(address, page, page.length);
  }
}

function runs(meter: RestartingMeter): void {
  meter.setTime();
  meter.run(1_900_000);
  const { delivered_mWh, closing_mWh } = meter.intervals();
  expect(delivered_mWh).toBe(closing_mWh);
  expect(meter.meter.intervals.next).toBeGreaterThan(2);
}

function codes(meter: RestartingMeter): [number, number][] {
  const { events } = meter.meter;
  const event = new EventRecord();
  const found: [number, number][] = [];
  for (let sequence = events.first; sequence < events.next; sequence++)
    if (events.read(sequence, event)) found.push([event.code, event.argument]);
  return found;
}

describe("a meter that starts on strange flash", () => {
  it("begins anew where it is full of noise", () => {
    const meter = new RestartingMeter(1, "model");
    const random = new Random(7, "noise");
    for (const store of STORES) {
      const { offset, size } = PARTITIONS_4MB[store];
      for (let at = offset; at < offset + size; at += SECTOR_BYTES) fill(meter.flash, at, random);
    }
    meter.start();
    runs(meter);
  });

  it("begins anew under another key, and says so", () => {
    const meter = new RestartingMeter(2, "model");
    meter.start();
    runs(meter);
    meter.storageKey.fill(0xa5);
    meter.retained.bytes.fill(0);
    meter.start();
    expect(codes(meter)).toContainEqual([EventCode.storageForeign, Store.registers]);
    runs(meter);
  });

  it.each(STORES)("goes on with a bad sector in any place of its %s", (store) => {
    const { offset, size } = PARTITIONS_4MB[store];
    const sectors = size / SECTOR_BYTES;
    for (const sector of [0, 1, 2, Math.floor(sectors / 2), sectors - 1]) {
      const meter = new RestartingMeter(3, "model");
      meter.flash.breakSector(offset / SECTOR_BYTES + sector, "fails");
      meter.start();
      runs(meter);
      const before_mWh = meter.meter.registers.energy[0];
      meter.retained.bytes.fill(0);
      meter.start();
      expect(before_mWh - meter.meter.registers.energy[0]).toBeLessThan(100_000);
      runs(meter);
    }
  });
});
