import { describe, expect, it } from "vitest";
import { isKnown } from "../../head-end/outages";
import { writeLinkLocal } from "firmware/ip/address";
import type { SimulatedMeter } from "../../host-sim/meter";
import { Street } from "../../host-sim/street";
import { recordOf } from "../../host-sim/tally";
import { exchange } from "../support/exchange";
import { gaspBody } from "../support/gasps";
import { streetOptions } from "../support/street";

const MINUTE_US = 60e6;
/** A town is a long run. */
const TIMEOUT_MS = 120_000;

/** A town whose meters have all joined; and what becomes of those that lose their supply. */
function town(meters: number, seed: number) {
  const street = new Street(
    streetOptions({ meters, seed, depth: "model", density: 1100, hopping: true, linkSecurity: true }),
  );
  const { world } = street;
  const run = (time_us: number) => world.runUntil(world.now_us + time_us);
  run(10 * MINUTE_US);
  expect(street.meters.every(({ meter }) => meter.join.joined)).toBe(true);
  const outageOf = (meter: SimulatedMeter) => recordOf(street, meter)?.power.outages.at(-1);
  const known = (cut: SimulatedMeter[]) =>
    cut.filter((meter) => {
      const outage = outageOf(meter);
      return outage !== undefined && isKnown(outage);
    });
  const frames = () => street.medium.radios.reduce((sum, { airtime }) => sum + airtime.frames, 0);
  return { street, run, outageOf, known, frames };
}

describe("an area without supply", { timeout: TIMEOUT_MS }, () => {
  it.each([1, 2])(
    "is known to the head end by the meters' own gasps, and so is its restoration (seed %i)",
    (seed) => {
      const { street, run, outageOf, known, frames } = town(60, seed);
      const cut = street.meters.slice(0, 30);
      const relays = cut.map(({ meter }) => meter.gasps);
      const saved = new Set<SimulatedMeter>();
      let early = 0;
      for (const each of cut) {
        const { power, gasps: relay } = each.meter;
        const { onSave } = power;
        power.onSave = () => {
          onSave();
          saved.add(each);
        };
        const gasp = relay.gasp.bind(relay);
        relay.gasp = (failed_s, wait_ms) => {
          if (!saved.has(each)) early++;
          gasp(failed_s, wait_ms);
        };
        each.supply.fail();
      }
      const before = frames();
      const failed_ms = street.utc_ms();
      run(2 * MINUTE_US);
      expect(street.meters.map(({ powered }) => powered)).toEqual(
        street.meters.map((each) => !cut.includes(each)),
      );
      run(3 * MINUTE_US);
      expect(known(cut).length).toBeGreaterThanOrEqual(0.95 * cut.length);
      expect(known(street.meters.slice(30))).toEqual([]);
      for (const each of known(cut))
        expect(Math.abs(outageOf(each)!.failed_ms! - failed_ms)).toBeLessThan(1_000);
      expect(early).toBe(0);
      expect(relays.map(({ ownSent }) => ownSent)).toEqual(relays.map(() => 1));
      expect((frames() - before) / cut.length).toBeLessThan(10);

      for (const { supply } of cut) supply.restore();
      run(10 * MINUTE_US);
      const restored = cut.filter((each) => outageOf(each)?.restored_ms !== undefined);
      expect(restored.length).toBeGreaterThanOrEqual(0.95 * cut.length);
    },
  );

  it("is told of in messages that are as long as a frame has room for", () => {
    const { street, run } = town(3, 1);
    const strangers = Array.from({ length: 100 }, (_, n) => ({
      eui64: [9, 9, 9, 9, 9, n, 0, n],
      failed_s: 1,
    }));
    const from = new Uint8Array(16);
    writeLinkLocal(Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9), from);
    for (let first = 0; first < strangers.length; first += 20)
      exchange(street.meters[0].meter.gasps, "post", {
        body: gaspBody(strangers.slice(first, first + 20)),
        from,
      });
    run(MINUTE_US);
    // With five bytes in common 35 fit.
    expect(street.headEnd.gasps).toMatchObject({ unknown: 100, notices: 3 });
  });

  it("is nothing where it is a blink: not a frame is sent of it", () => {
    const { street, run, outageOf } = town(20, 3);
    for (const { supply } of street.meters) supply.fail();
    run(19e6);
    for (const { supply } of street.meters) supply.restore();
    run(5 * MINUTE_US);
    expect(street.meters.map(outageOf)).toEqual(street.meters.map(() => undefined));
    expect(street.headEnd.gasps.notices).toBe(0);
  });
});
