import { encodeReset } from "firmware/registers/codec";
import { ResetResource } from "firmware/registers/reset-resource";
import { Code, ContentFormat } from "firmware/coap/resource";
import { Writer } from "firmware/codec/cursor";
import { describe, expect, it } from "vitest";
import { BilledMeter } from "../../support/billed-meter";
import { cddl, decodeCbor } from "../../support/cddl";
import { exchange } from "../../support/exchange";

const POLL_ms = 5_000;
/** A quarter of an hour begins. */
const START_ms = 1_772_323_200_000;
const START_s = START_ms / 1000;
const isReset = cddl("reset");

function body(due_s: number): Uint8Array {
  const w = new Writer(new Uint8Array(16));
  encodeReset(w, due_s);
  const bytes = w.bytes.slice(0, w.length);
  expect(isReset("reset", decodeCbor(bytes))).toBe(true);
  return bytes;
}

/** A meter that knows the time, or does not, and what it noted of resets. */
function rig(isTimed = true) {
  const meter = new BilledMeter(POLL_ms);
  const noted: number[] = [];
  meter.billing.onReset = () => noted.push(meter.billing.demand.resets);
  meter.registers.start();
  if (isTimed) meter.utc.set(START_ms);
  meter.registers.poll();
  const resource = new ResetResource(meter.billing);
  const put = (due_s: number): number => exchange(resource, "put", { body: body(due_s) }).code;
  return { ...meter, billing: meter.billing, clock: meter.clock, resource, put, noted };
}

describe("/reset", () => {
  it("resets demand by the first poll from then on, once, however often it comes", () => {
    const { clock, put, noted, billing } = rig();
    const due_s = START_s + 900;
    expect([put(due_s), put(due_s)]).toEqual([Code.changed, Code.changed]);
    clock.advance(899_000);
    expect(noted).toEqual([]);
    clock.advance(1_000);
    expect(noted).toEqual([1]);
    expect(billing.demand.lastReset_s).toBe(due_s);
    for (let n = 0; n < 20; n++) {
      expect(put(due_s)).toBe(Code.changed);
      clock.advance(60_000);
    }
    expect(billing.demand.resets).toBe(1);
  });

  it("does what is late at once, and the next one again", () => {
    const { clock, put, billing } = rig();
    clock.advance(600_000);
    put(START_s + 300);
    clock.advance(POLL_ms);
    expect(billing.demand.resets).toBe(1);
    put(START_s + 1200);
    clock.advance(600_000);
    expect(billing.demand.resets).toBe(2);
  });

  it("leaves it at a reset that was made since by hand", () => {
    const { clock, put, billing } = rig();
    clock.advance(120_000);
    billing.resetDemand();
    put(START_s + 60);
    clock.advance(POLL_ms);
    expect(billing.demand.resets).toBe(1);
  });

  it("refuses what is too far off, and all while the time is not known", () => {
    const { put, clock, billing } = rig();
    expect(put(START_s + 86_401)).toBe(Code.conflict);
    expect(put(START_s - 3_601)).toBe(Code.conflict);
    clock.advance(2 * 86_400_000);
    expect(billing.demand.resets).toBe(0);
    expect(rig(false).put(START_s)).toBe(Code.conflict);
  });

  it("refuses anything else, whatever is cut, flipped or grown", () => {
    const { resource, clock, billing } = rig();
    const whole = body(START_s);
    const put = (bytes: Uint8Array, contentFormat: number = ContentFormat.cbor): number =>
      exchange(resource, "put", { body: bytes, contentFormat }).code;
    expect(put(whole, ContentFormat.none)).toBe(Code.unsupportedContentFormat);
    for (let length = 0; length < whole.length; length++)
      expect(put(whole.slice(0, length))).toBe(Code.badRequest);
    expect(put(Uint8Array.of(...whole, 0))).toBe(Code.badRequest);
    for (let at = 0; at < 2; at++)
      for (let mask = 1; mask < 256; mask++)
        expect(put(whole.map((byte, i) => (i === at ? byte ^ mask : byte)))).toBe(Code.badRequest);
    clock.advance(POLL_ms);
    expect(billing.demand.resets).toBe(0);
  });
});
