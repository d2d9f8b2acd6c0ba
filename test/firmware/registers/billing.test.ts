import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { Reader, Writer } from "firmware/codec/cursor";
import { type Configuration, ConfigurationKind } from "firmware/configuration/configuration";
import { BILLING_BYTES } from "firmware/registers/billing";
import { RegistersResource } from "firmware/registers/resource";
import { SELF_READ_BYTES, SELF_READS_KEPT, SelfRead } from "firmware/registers/self-read";
import { BilledMeter, MemoryObjects } from "../../support/billed-meter";
import { cddl, decodeCbor } from "../../support/cddl";
import { DAY_TYPES, generalObject, PACIFIC, replace, tariffObject, WEEK } from "../../support/configuration";
import { exchange } from "../../support/exchange";

const isReg = cddl("reg");
const POLL_MS = 5000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function pacific(billingDay: number, pollPeriod_ms = POLL_MS, objects = new MemoryObjects()): BilledMeter {
  const configure = (configuration: Configuration): void => {
    replace(configuration, ConfigurationKind.general, generalObject({ zone: PACIFIC, billingDay }));
    replace(configuration, ConfigurationKind.tariff, tariffObject(3, [[6, 1, WEEK]], DAY_TYPES));
  };
  return new BilledMeter(pollPeriod_ms, configure, objects);
}

function started(utc: string, billingDay: number, pollPeriod_ms = POLL_MS): BilledMeter {
  const meter = pacific(billingDay, pollPeriod_ms);
  meter.utc.set(Date.parse(utc));
  meter.registers.start();
  return meter;
}

/** Times of all self-reads, from the oldest on. */
function selfReadTimes({ billing }: BilledMeter): string[] {
  const times: string[] = [];
  const read = new SelfRead();
  for (let age = billing.selfReads.count; age >= 1; age--) {
    expect(billing.selfReads.read(age, read)).toBe(true);
    times.push(new Date(read.utc_s * 1000).toISOString().slice(0, 16));
  }
  return times;
}

describe("a self-read", () => {
  it("is taken at local midnight of the billing day, in winter and summer", () => {
    const meter = started("2026-01-10T00:00Z", 8, 900_000);
    meter.clock.advance(150 * DAY_MS);
    expect(selfReadTimes(meter)).toEqual([
      "2026-02-08T08:00",
      // Daylight saving begins at 2:00 of this very day.
      "2026-03-08T08:00",
      "2026-04-08T07:00",
      "2026-05-08T07:00",
      "2026-06-08T07:00",
    ]);
    meter.clock.advance(220 * DAY_MS);
    expect(meter.billing.selfReads.count).toBe(SELF_READS_KEPT);
    expect(selfReadTimes(meter)).toEqual([
      "2026-06-08T07:00",
      "2026-07-08T07:00",
      "2026-08-08T07:00",
      "2026-09-08T07:00",
      "2026-10-08T07:00",
      "2026-11-08T08:00",
      "2026-12-08T08:00",
      "2027-01-08T08:00",
    ]);
  });

  it("holds totals, tiers and peaks to the poll at midnight, and resets demand", () => {
    const meter = started("2026-07-31T06:40Z", 1);
    let seen = 0;
    meter.billing.onSelfRead = () => seen++;
    const watts = (power_W: number, minutes: number): void => {
      for (let poll = 0; poll < minutes * 12; poll++) {
        meter.flow(power_W * 5 - power_W * 3, poll % 2);
        meter.clock.advance(POLL_MS);
      }
    };
    watts(1800, 20 + 23 * 60 + 45);
    watts(7200, 15);
    const atMidnight = [meter.total_mWh(0), meter.total_mWh(1)];
    watts(3600, 60);
    const read = new SelfRead();
    expect([seen, meter.billing.selfReads.read(1, read), meter.billing.selfReads.read(2, read)]).toEqual([
      1,
      true,
      false,
    ]);
    expect([...read.totals.slice(0, 2)]).toEqual(atMidnight);
    expect(
      [0, 1].map((d) => [...read.tiers.energy].reduce((sum, e, i) => (i % 2 === d ? sum + e : sum), 0)),
    ).toEqual(atMidnight);
    // 2 mWh a watt and 5 s is 1.44 times the power.
    expect(read.peaks[0]).toEqual({ power_W: 10_368, end_s: Date.parse("2026-08-01T07:00Z") / 1000 });
    expect([read.cumulative_W[0], meter.billing.demand.resets]).toEqual([10_368, 1]);
    expect(meter.billing.demand.previousPeaks[0]).toEqual(read.peaks[0]);
    expect(meter.billing.demand.peaks[0]).toEqual({
      power_W: 5184,
      end_s: Date.parse("2026-08-01T07:15Z") / 1000,
    });
  });

  it("comes late, and says when, where the meter was off or did not know the time at the billing date", () => {
    const before = started("2026-07-31T12:00Z", 1);
    before.flow(5000);
    before.clock.advance(POLL_MS);
    const w = new Writer(new Uint8Array(BILLING_BYTES));
    before.billing.save(w);
    expect([w.ok, w.at]).toEqual([true, BILLING_BYTES]);
    expect(BILLING_BYTES).toBeLessThanOrEqual(200);
    const after = pacific(1);
    after.billing.load(new Reader(w.bytes));
    after.registers.start();
    after.clock.advance(10 * POLL_MS);
    expect(after.billing.selfReads.count).toBe(0);
    after.utc.set(Date.parse("2026-08-02T03:04Z"));
    expect(selfReadTimes(after)).toEqual(["2026-08-02T03:04"]);
  });

  it("is not taken twice where the clock steps back over midnight, nor kept away by a wrong date", () => {
    const meter = started("2026-07-31T23:00Z", 1);
    meter.clock.advance(8 * HOUR_MS + 10_000);
    meter.utc.set(Date.parse("2026-08-01T06:59:30Z"), true);
    meter.clock.advance(HOUR_MS);
    expect(selfReadTimes(meter)).toEqual(["2026-08-01T07:00"]);
    meter.utc.set(Date.parse("2031-08-01T12:00Z"), true);
    meter.utc.set(Date.parse("2026-08-31T23:00Z"), true);
    meter.clock.advance(DAY_MS);
    expect(selfReadTimes(meter).at(-1)).toBe("2026-09-01T07:00");
  });

  it("follows another billing day from then on", () => {
    const meter = started("2026-07-10T00:00Z", 1, 900_000);
    meter.clock.advance(DAY_MS);
    replace(meter.configuration, ConfigurationKind.general, generalObject({ zone: PACIFIC, billingDay: 15 }));
    meter.clock.advance(40 * DAY_MS);
    replace(meter.configuration, ConfigurationKind.general, generalObject({ zone: PACIFIC }));
    meter.clock.advance(60 * DAY_MS);
    expect(selfReadTimes(meter)).toEqual(["2026-07-15T07:00", "2026-08-15T07:00"]);
  });

  it("is an object on flash, and is found there after a restart; one that it does not take is told", () => {
    const objects = new MemoryObjects();
    const meter = pacific(8, 900_000, objects);
    const kept: boolean[] = [];
    meter.billing.onSelfRead = (isKept) => kept.push(isKept);
    meter.utc.set(Date.parse("2026-01-10T00:00Z"));
    meter.registers.start();
    meter.clock.advance(500 * DAY_MS);
    expect(objects.latest.length).toBe(SELF_READ_BYTES);
    expect(SELF_READ_BYTES).toBeLessThanOrEqual(240);
    expect(selfReadTimes(pacific(8, POLL_MS, objects))).toEqual(selfReadTimes(meter));
    const times = selfReadTimes(meter);
    objects.write = () => false;
    meter.clock.advance(31 * DAY_MS);
    expect([selfReadTimes(meter), kept.indexOf(false)]).toEqual([times, kept.length - 1]);
  });
});

describe("/reg with billing registers", () => {
  const answer = (meter: BilledMeter, query: Record<string, number>) =>
    exchange(new RegistersResource(meter.registers, meter.billing), "get", { query });
  const byObis = (body: Uint8Array): Map<string, unknown> => {
    const values = new Map<string, unknown>();
    for (const [key, value] of decodeCbor(body) as Map<unknown, unknown>)
      values.set(key instanceof Uint8Array ? key.join(".") : String(key), value);
    return values;
  };

  it("answers them when asked, in the form of its CDDL and the order of its codes", () => {
    const meter = started("2026-07-31T06:00Z", 1);
    for (let poll = 0; poll < 720; poll++) {
      meter.flow(9000, poll < 360 ? 0 : 12_000);
      meter.clock.advance(POLL_MS);
    }
    for (const all of [0, 1]) {
      const { code, body } = answer(meter, { billing: 1, all });
      expect(code).toBe(Code.content);
      expect(isReg("reg-billing", decodeCbor(body))).toBe(true);
      expect(isReg("reg", decodeCbor(body))).toBe(false);
      const values = byObis(body);
      expect(values.get("16.8.0")).toBe(720 * 9000 - 360 * 12_000);
      expect(["1.8.1", "1.8.2", "1.8.3"].map((code) => values.get(code))).toEqual([720 * 9000, 0, 0]);
      expect(values.get("1.6.0")).toEqual([6480, Date.parse("2026-07-31T06:15Z") / 1000]);
      expect(values.get("1.4.0")).toBe(0);
      expect(values.get("2.2.0")).toBe(0);
      expect(values.get("1.6.0.101")).toBe(null);
      const keys = [...(decodeCbor(body) as Map<unknown, unknown>).keys()].slice(3) as Uint8Array[];
      const sorted = [...keys].sort((a, b) => a.length - b.length || Buffer.compare(a, b));
      expect(keys).toEqual(sorted);
    }
  });

  it("stays as it was where they are not asked for", () => {
    const meter = started("2026-07-31T06:00Z", 1);
    const plain = exchange(new RegistersResource(meter.registers), "get").body;
    expect(answer(meter, {}).body).toEqual(plain);
    expect(answer(meter, { billing: 0 }).body).toEqual(plain);
    expect(exchange(new RegistersResource(meter.registers), "get", { query: { billing: 1 } }).body).toEqual(
      plain,
    );
    for (const query of [{ billing: 2 }, { billing: NaN }, { period: NaN }])
      expect(answer(meter, query).code).toBe(Code.badRequest);
  });

  it("answers self-reads, and 4.04 for those it has not", () => {
    const meter = started("2026-07-31T06:00Z", 1);
    for (let poll = 0; poll < 12 * 60 * 26; poll++) {
      meter.flow(100);
      meter.clock.advance(POLL_MS);
    }
    const { code, body } = answer(meter, { period: 1 });
    expect(code).toBe(Code.content);
    expect(isReg("self-read", decodeCbor(body))).toBe(true);
    const values = byObis(body);
    expect(values.get("0")).toBe(Date.parse("2026-08-01T07:00Z"));
    expect(values.get("1.8.0")).toBe(12 * 60 * 25 * 100);
    expect(values.get("1.6.0")).toEqual([72, Date.parse("2026-07-31T06:15Z") / 1000]);
    for (const period of [2, 13, 1e9]) expect(answer(meter, { period }).code).toBe(Code.notFound);
    expect(exchange(new RegistersResource(meter.registers), "get", { query: { period: 1 } }).code).toBe(
      Code.notFound,
    );
  });
});
