import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { Reader, Writer } from "firmware/codec/cursor";
import { readMapHead, readUint } from "firmware/codec/cbor";
import { encodeNotice } from "firmware/power/codec";
import { PowerNotice } from "firmware/power/notice";
import { GaspResource, isKnown, PowerResource } from "../../head-end/outages";
import { ReadStore } from "../../head-end/store";
import { exchange } from "../support/exchange";
import { gaspBody } from "../support/gasps";

const NOW_MS = 1_772_323_200_000;
const MINUTE_MS = 60_000;
const PREFIX = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0];
const METER = Uint8Array.of(...PREFIX, 0, 0, 0, 0, 0, 0, 0, 3);
const RELAY = Uint8Array.of(...PREFIX, 0, 0, 0, 0, 0, 0, 0, 9);
/** Of {@link METER}. */
const EUI64 = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 3);

function make() {
  const store = new ReadStore();
  const meter = store.add(METER);
  meter.hasEvents = false;
  meter.timeSet_ms = 5;
  let now_ms = NOW_MS;
  const power = new PowerResource(store, () => now_ms);
  const gasps = new GaspResource(store, () => now_ms);
  return {
    meter,
    power,
    gasps,
    wait: (delay_ms: number) => (now_ms += delay_ms),
    tell: (fields: Partial<PowerNotice>, from = METER) => {
      const w = new Writer(new Uint8Array(64));
      encodeNotice(w, Object.assign(new PowerNotice(), fields));
      return exchange(power, "post", { body: w.bytes.slice(0, w.length), from });
    },
    gasp: (failed_ms: number, eui64 = EUI64) =>
      exchange(gasps, "post", {
        body: gaspBody([{ eui64: [...eui64], failed_s: Math.round(failed_ms / 1000) }]),
        from: RELAY,
      }).code,
  };
}

describe("what the head end knows of outages", () => {
  it("begins with a last gasp, however often it is passed on, and ends with the restoration", () => {
    const { meter, gasp, tell, wait } = make();
    for (let i = 0; i < 3; i++) {
      expect(gasp(NOW_MS - 40_000)).toBe(Code.changed);
      wait(1000);
    }
    const known = { failed_ms: NOW_MS - 40_000, heard_ms: NOW_MS, gasps: 3 };
    expect(meter.power.outages).toEqual([{ ...known, restored_ms: undefined }]);
    expect(meter.hasEvents).toBe(true);
    expect(meter.timeSet_ms).toBe(5);
    wait(-3000);
    for (let i = 0; i < 2; i++) tell({ start: 5, failed_ms: NOW_MS - 40_000, restored_ms: 2_000 + i });
    expect(meter.power.outages).toEqual([{ ...known, restored_ms: NOW_MS - 2_000 }]);
    expect(meter.power.starts).toBe(5);
    expect(meter.timeSet_ms).toBeUndefined();
  });

  it("is one outage where a gasp told it to the second, and another one where they are further apart", () => {
    const { meter, gasp, tell } = make();
    gasp(NOW_MS - 60_400);
    tell({ failed_ms: NOW_MS - 60_400, restored_ms: 0 });
    expect(meter.power.outages).toMatchObject([
      { failed_ms: NOW_MS - 60_400, gasps: 1, restored_ms: NOW_MS },
    ]);
    tell({ failed_ms: NOW_MS - 61_400, restored_ms: 0 });
    expect(meter.power.outages).toHaveLength(2);
  });

  it("is known where a gasp was there within 5 minutes", () => {
    for (const [delay_ms, isInTime] of [
      [5 * MINUTE_MS, true],
      [5 * MINUTE_MS + 1, false],
    ] as const) {
      const { meter, gasp, wait } = make();
      wait(delay_ms);
      gasp(NOW_MS);
      expect(isKnown(meter.power.outages[0])).toBe(isInTime);
    }
    const { meter, gasp } = make();
    gasp(0);
    expect(meter.power.outages).toMatchObject([{ failed_ms: undefined, heard_ms: NOW_MS }]);
    expect(isKnown(meter.power.outages[0])).toBe(true);
  });

  it("has a restoration of which no gasp was heard, or of which nobody knows when it began", () => {
    const { meter, tell } = make();
    tell({ failed_ms: NOW_MS - 90_000, restored_ms: 10_000 });
    tell({ restored_ms: 500 });
    expect(meter.power.outages).toMatchObject([
      { failed_ms: NOW_MS - 90_000, restored_ms: NOW_MS - 10_000, gasps: 0 },
      { failed_ms: undefined, restored_ms: NOW_MS - 500, gasps: 0 },
    ]);
    expect(meter.power.outages.some(isKnown)).toBe(false);
  });

  it("gives the time in its answer to a restoration", () => {
    const { tell } = make();
    const { body } = tell({ restored_ms: 1 });
    const r = new Reader(body);
    expect([readMapHead(r), readUint(r), readUint(r), r.remaining]).toEqual([1, 0, NOW_MS, 0]);
  });

  it("comes from meters that are known, in CBOR that is whole", () => {
    const { meter, power, gasps, tell, gasp } = make();
    expect(tell({ failed_ms: 7 }, new Uint8Array(16)).code).toBe(Code.forbidden);
    gasp(NOW_MS, new Uint8Array(8));
    expect(gasps).toMatchObject({ notices: 1, unknown: 1, refused: 0 });
    for (const resource of [power, gasps]) {
      expect(exchange(resource, "post", { body: Uint8Array.of(0xa0), from: METER }).code).toBe(
        Code.badRequest,
      );
      expect(exchange(resource, "post", { contentFormat: 0, from: METER }).code).toBe(
        Code.unsupportedContentFormat,
      );
    }
    expect(gasps.refused).toBe(1);
    expect(meter.power.outages).toEqual([]);
  });
});
