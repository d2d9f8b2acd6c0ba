import { describe, expect, it } from "vitest";
import { GASP_DELAY_ms, LastGasp, SPREAD_ms } from "firmware/power/last-gasp";
import { FAILED_S, gaspRig } from "./gasp-rig";

const HOLD_UP_MS = 60_000;
const LEAST_MS = 42_000;
const WAVE_MS = (LEAST_MS - GASP_DELAY_ms) / 4;
/** Of a node without a parent. */
const INFINITE_RANK = 0xffff;

function make(seed: number, rank: number) {
  const rig = gaspRig({ seed });
  const { kernel, entropy, relay } = rig;
  const gasp = new LastGasp({ kernel, entropy, relay, place: { rank }, holdUp_ms: HOLD_UP_MS });
  return { ...rig, gasp };
}

describe("a last gasp", () => {
  it("is sent after the delay, the sooner the farther from the collector, and long before any capacitor is empty", () => {
    for (const [rank, share] of [
      [INFINITE_RANK, 0],
      [1_536, 0],
      [768, 1 / 2],
      [128, 11 / 12],
    ]) {
      const times_ms = new Set<number>();
      for (let seed = 0; seed < 50; seed++) {
        const { clock, sent, gasp } = make(seed, rank);
        clock.advance(1234);
        gasp.begin(1000 * FAILED_S);
        clock.advance(LEAST_MS);
        expect(sent.map(({ nodes }) => nodes)).toEqual([[0]]);
        const after_ms = sent[0].at_ms - 1234 - GASP_DELAY_ms;
        expect(after_ms).toBeGreaterThanOrEqual(Math.floor(share * WAVE_MS));
        expect(after_ms).toBeLessThanOrEqual(share * WAVE_MS + SPREAD_ms);
        times_ms.add(after_ms);
      }
      expect(times_ms.size).toBeGreaterThan(40);
    }
  });

  it("is not sent of a blink; later than that it is, even if the supply is back by then", () => {
    const { clock, sent, gasp } = make(1, 128);
    gasp.begin(1000 * FAILED_S);
    clock.advance(GASP_DELAY_ms - 1);
    expect(gasp.begun).toBe(false);
    gasp.end();
    clock.advance(HOLD_UP_MS);
    expect(sent).toEqual([]);
    gasp.begin(1000 * FAILED_S);
    clock.advance(GASP_DELAY_ms);
    expect(gasp.begun).toBe(true);
    gasp.end();
    expect(gasp.begun).toBe(false);
    clock.advance(HOLD_UP_MS);
    expect(sent).toHaveLength(1);
  });
});
