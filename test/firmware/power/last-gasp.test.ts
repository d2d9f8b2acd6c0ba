import { describe, expect, it } from "vitest";
import { GASP_DELAY_ms, GASPS, LastGasp } from "firmware/power/last-gasp";
import { FAILED_MS, gaspRig, gaspsOf } from "./gasp-rig";

const HOLD_UP_ms = 60_000;
const LEAST_ms = 42_000;

function make(seed: number) {
  const rig = gaspRig({ seed, failing: true });
  const { kernel, entropy, relay } = rig;
  const gasp = new LastGasp({ kernel, entropy, relay, start: 1, holdUp_ms: HOLD_UP_ms });
  return { ...rig, gasp };
}

describe("a last gasp", () => {
  it("is sent three times after the delay: twice within what each capacitor holds, each in its part", () => {
    const firsts = new Set<number>();
    const half_ms = (LEAST_ms - GASP_DELAY_ms) / 2;
    const bounds_ms = [GASP_DELAY_ms, GASP_DELAY_ms + half_ms, LEAST_ms, HOLD_UP_ms];
    for (let seed = 0; seed < 50; seed++) {
      const { clock, told, gasp } = make(seed);
      clock.advance(1234);
      gasp.begin(FAILED_MS);
      clock.advance(10 * HOLD_UP_ms);
      expect(told.map(({ nodes }) => nodes)).toEqual([[0], [0], [0]]);
      told.forEach(({ at_ms }, index) => {
        expect(at_ms - 1234).toBeGreaterThanOrEqual(bounds_ms[index]);
        expect(at_ms - 1234).toBeLessThanOrEqual(bounds_ms[index + 1]);
      });
      expect(gasp.sent).toBe(GASPS);
      firsts.add(told[0].at_ms);
    }
    expect(firsts.size).toBeGreaterThan(40);
  });

  it("is sent no more once a neighbour passes it on", () => {
    const { clock, told, gasp, hear } = make(2);
    gasp.begin(FAILED_MS);
    clock.advance(GASP_DELAY_ms - 1);
    while (gasp.sent === 0) clock.advance(100);
    hear(7, gaspsOf([5, 0, 6]));
    clock.advance(10 * HOLD_UP_ms);
    expect(told).toHaveLength(1);
    gasp.end();
    gasp.begin(FAILED_MS + 1e6);
    clock.advance(10 * HOLD_UP_ms);
    expect(told).toHaveLength(1 + GASPS);
  });

  it("is not sent of a blink, and no more once the supply is back", () => {
    const { clock, told, gasp } = make(1);
    gasp.begin(0);
    clock.advance(GASP_DELAY_ms - 1);
    gasp.end();
    clock.advance(HOLD_UP_ms);
    expect(told).toEqual([]);
    gasp.begin(0);
    while (gasp.sent === 0) clock.advance(100);
    gasp.end();
    clock.advance(HOLD_UP_ms);
    expect(told).toHaveLength(1);
  });
});
