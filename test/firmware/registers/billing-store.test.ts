import { describe, expect, it } from "vitest";
import { BILLING_OBJECTS, BillingStore } from "firmware/registers/billing-store";
import { SelfRead } from "firmware/registers/self-read";
import { Direction } from "firmware/registers/tariff";
import { ObjectStore } from "firmware/storage/object-store";
import { RecordBytes, Store } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import { NorFlash } from "../../../host-sim/flash";
import { BilledMeter } from "../../support/billed-meter";
import { testRing } from "../../support/ring";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const POLL_MS = 900_000;

/** Billing over flash that stays. */
function start(flash: NorFlash) {
  const objects = new ObjectStore(
    testRing(flash, RecordBytes.configuration, Store.configuration),
    BILLING_OBJECTS,
  );
  const meter = new BilledMeter(
    POLL_MS,
    (configuration) => {
      configuration.general.billingDay = 1;
    },
    objects,
  );
  const store = new BillingStore(objects, 0, meter.registers, meter.billing, new RecordBuffer());
  meter.billing.onSelfRead = () => store.save();
  meter.registers.start();
  return meter;
}

describe("billing on flash", () => {
  it("goes on after a power failure with its peaks, its month and its self-reads in order", () => {
    const flash = new NorFlash({ size: 16 * 1024 });
    let meter = start(flash);
    let now_ms = Date.UTC(2026, 0, 5);
    const read = new SelfRead();
    for (let month = 0; month < 11; month++) {
      meter.utc.set(now_ms);
      const run_ms = 31 * DAY_MS;
      for (let hour = 0; hour < run_ms / HOUR_MS; hour++) {
        meter.flow(1_000 * (1 + ((month + hour) % 7)));
        meter.clock.advance(HOUR_MS);
      }
      now_ms += run_ms;
      const before = {
        peak_W: meter.billing.demand.peaks[Direction.delivered].power_W,
        previous_W: meter.billing.demand.previousPeaks[Direction.delivered].power_W,
        count: meter.billing.selfReads.count,
      };
      meter = start(flash);
      const { demand, selfReads } = meter.billing;
      expect({
        peak_W: demand.peaks[Direction.delivered].power_W,
        previous_W: demand.previousPeaks[Direction.delivered].power_W,
        count: selfReads.count,
      }).toEqual(before);
      let newer_s = Infinity;
      for (let age = 1; selfReads.read(age, read); age++) {
        expect(read.utc_s).toBeLessThan(newer_s);
        newer_s = read.utc_s;
      }
    }
    expect(meter.billing.selfReads.count).toBe(BILLING_OBJECTS - 1);
  });
});
