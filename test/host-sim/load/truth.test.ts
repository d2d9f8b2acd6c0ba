import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Quantity } from "hal/metering-chip";
import { Feed } from "../../../host-sim/load/feed";
import type { Flow, Load } from "../../../host-sim/load/load";
import { Truth } from "../../../host-sim/load/truth";
import { steadyLoad } from "../../hal/metering-rig";

interface Segment {
  us: number;
  active_mW: [number, number, number];
}

/** Plays segments one after the other; nothing flows after the last. */
function playing(segments: Segment[]): Load {
  return {
    phases: 3,
    flowAt(at_us: number, flow: Flow): number {
      let start = 0;
      for (const { us, active_mW } of segments) {
        if (at_us < start + us) {
          flow.activePower_mW.set(active_mW);
          return start + us;
        }
        start += us;
      }
      flow.activePower_mW.fill(0);
      return Infinity;
    },
  };
}

const power_mW = fc.integer({ min: -30_000_000, max: 100_000_000 });
const segment = fc.record({
  us: fc.integer({ min: 1, max: 7_200_000_000 }),
  active_mW: fc.tuple(power_mW, power_mW, power_mW),
});

describe("Truth", () => {
  it("equals the sum in big integers, for each phase and the signed total, to the last mW·µs", () => {
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 50 }),
        (segments, steps) => {
          const truth = new Truth(new Feed(playing(segments)));
          const end_us = segments.reduce((sum, { us }) => sum + us, 0);
          for (let i = 1; i <= steps; i++) truth.advanceTo(Math.floor((end_us * i) / steps));
          for (let channel = 0; channel <= 3; channel++) {
            let delivered = 0n;
            let received = 0n;
            for (const { us, active_mW } of segments) {
              const power =
                channel === 0 ? active_mW[0] + active_mW[1] + active_mW[2] : active_mW[channel - 1];
              const energy = BigInt(us) * BigInt(Math.abs(power));
              if (power > 0) delivered += energy;
              else received += energy;
            }
            for (const [quantity, energy] of [
              [Quantity.activeDelivered, delivered],
              [Quantity.activeReceived, received],
            ] as const) {
              expect(truth.energy_mWh(quantity, channel)).toBe(Number(energy / 3_600_000_000n));
              expect(truth.remainder_mWh(quantity, channel)).toBe(Number(energy % 3_600_000_000n) / 3.6e9);
            }
          }
        },
      ),
    );
  });

  it("gives the cumulative curve as time goes on", () => {
    const truth = new Truth(new Feed(steadyLoad([3000, -1000])));
    expect(truth.deliveredTotal_mWh(900e6)).toBe(500_000);
    expect(truth.deliveredTotal_mWh(1800e6)).toBe(1_000_000);
    expect(truth.receivedTotal_mWh(1800e6)).toBe(0);
    expect(truth.energy_mWh(Quantity.activeReceived, 2)).toBe(500_000);
  });

  it("asks a load with times that never go back, once a change, whoever measures", () => {
    const asked: number[] = [];
    const feed = new Feed({
      phases: 1,
      flowAt(at_us: number): number {
        asked.push(at_us);
        return at_us + 1000;
      },
    });
    const one = new Truth(feed);
    const other = new Truth(feed);
    one.advanceTo(2500);
    other.advanceTo(1200);
    other.advanceTo(3000);
    expect(asked).toEqual([0, 1000, 2000, 3000]);
  });
});
