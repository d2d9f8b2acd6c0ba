import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { Reader, Writer } from "firmware/codec/cursor";
import { readMapHead, readUint } from "firmware/codec/cbor";
import { encodeNotice } from "firmware/power/codec";
import { PowerNotice } from "firmware/power/notice";
import { PowerResource } from "../../head-end/outages";
import { ReadStore } from "../../head-end/store";
import { exchange } from "../support/exchange";

const NOW_MS = 1_772_323_200_000;
const METER = new Uint8Array(16).fill(3);

function make() {
  const store = new ReadStore();
  const meter = store.add(METER);
  meter.hasEvents = false;
  meter.timeSet_ms = 5;
  const resource = new PowerResource(store, () => NOW_MS);
  const post = (fields: Partial<PowerNotice>, from = METER) => {
    const w = new Writer(new Uint8Array(64));
    encodeNotice(w, Object.assign(new PowerNotice(), fields));
    return exchange(resource, "post", { body: w.bytes.slice(0, w.length), from });
  };
  return { meter, resource, post };
}

describe("what the head end knows of outages", () => {
  it("begins with a last gasp, however often it comes, and ends with the restoration", () => {
    const { meter, post } = make();
    for (let i = 0; i < 3; i++)
      expect(post({ start: 4, failed_ms: NOW_MS - 40_000 }).code).toBe(Code.changed);
    expect(meter.power.outages).toEqual([{ failed_ms: NOW_MS - 40_000, restored_ms: undefined, gasps: 3 }]);
    expect(meter.hasEvents).toBe(true);
    expect(meter.timeSet_ms).toBe(5);
    for (let i = 0; i < 2; i++) post({ start: 5, failed_ms: NOW_MS - 40_000, restored_ms: 2_000 + i });
    expect(meter.power.outages).toEqual([
      { failed_ms: NOW_MS - 40_000, restored_ms: NOW_MS - 2_000, gasps: 3 },
    ]);
    expect(meter.power.starts).toBe(5);
    expect(meter.timeSet_ms).toBeUndefined();
  });

  it("has a restoration of which no gasp was heard, or of which nobody knows when it began", () => {
    const { meter, post } = make();
    post({ failed_ms: NOW_MS - 90_000, restored_ms: 10_000 });
    post({ restored_ms: 500 });
    expect(meter.power.outages).toEqual([
      { failed_ms: NOW_MS - 90_000, restored_ms: NOW_MS - 10_000, gasps: 0 },
      { failed_ms: undefined, restored_ms: NOW_MS - 500, gasps: 0 },
    ]);
  });

  it("gives the time in its answer", () => {
    const { post } = make();
    const { body } = post({ restored_ms: 1 });
    const r = new Reader(body);
    expect([readMapHead(r), readUint(r), readUint(r), r.remaining]).toEqual([1, 0, NOW_MS, 0]);
  });

  it("comes from meters that are known, in CBOR that is whole", () => {
    const { meter, resource, post } = make();
    expect(post({ failed_ms: 7 }, new Uint8Array(16)).code).toBe(Code.forbidden);
    expect(exchange(resource, "post", { body: Uint8Array.of(0xa0), from: METER }).code).toBe(Code.badRequest);
    expect(exchange(resource, "post", { contentFormat: 0, from: METER }).code).toBe(
      Code.unsupportedContentFormat,
    );
    expect(meter.power.outages).toEqual([]);
  });
});
