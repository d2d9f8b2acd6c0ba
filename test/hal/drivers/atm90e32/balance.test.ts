import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Balance, NO_REVERSE } from "hal/drivers/atm90e32/balance";
import { CHANNELS, countIndex, QUANTITIES, Quantity } from "hal/metering-chip";

const counts = () => new Int32Array(QUANTITIES * CHANNELS);
const forward = (channel: number) => countIndex(Quantity.activeDelivered, channel);
const reverse = (channel: number) => countIndex(Quantity.activeReceived, channel);

describe("Balance", () => {
  it("is total less phases, both directions signed", () => {
    const balance = new Balance(Quantity.activeDelivered, Quantity.activeReceived, 2);
    const read = counts();
    read[forward(0)] = 100;
    read[forward(1)] = 70;
    read[forward(2)] = 20;
    read[reverse(0)] = 5;
    read[reverse(1)] = 1;
    expect(balance.net(read)).toBe(100 - 70 - 20 - 5 + 1);
    expect(balance.gross(read)).toBe(91);
    expect(new Balance(Quantity.activeDelivered, NO_REVERSE, 2).net(read)).toBe(10);
  });

  it("fits whatever truncated accumulators read, for ever", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3),
        fc.array(fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 3, maxLength: 3 }), {
          minLength: 50,
          maxLength: 200,
        }),
        (phases, steps) => {
          const balance = new Balance(Quantity.activeDelivered, Quantity.activeReceived, phases);
          const energy = new Float64Array(2 * CHANNELS);
          for (const step of steps) {
            let total = 0;
            for (let phase = 0; phase < phases; phase++) {
              const flow = step[phase];
              total += flow;
              energy[flow >= 0 ? forward(phase + 1) : reverse(phase + 1)] += Math.abs(flow);
            }
            energy[total >= 0 ? forward(0) : reverse(0)] += Math.abs(total);
            const read = counts();
            energy.forEach((value, i) => {
              read[i] = Math.floor(value);
              energy[i] = value - Math.floor(value);
            });
            expect(balance.fits(balance.net(read), 0)).toBe(true);
            balance.accept(balance.net(read), 0);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("takes from forward total and reverse phases when the total is too high, and learns its window again", () => {
    const balance = new Balance(Quantity.activeDelivered, Quantity.activeReceived, 2);
    const read = counts();
    read[forward(0)] = 1000;
    read[forward(1)] = 300;
    read[forward(2)] = 200;
    read[reverse(2)] = 10;
    expect(balance.fits(balance.net(read), 0)).toBe(false);
    // 510 too much, and 2 more, as the difference may have been at -2.
    expect(balance.limit(read, 0)).toBe(512);
    expect(read[forward(0)]).toBe(488);
    expect(read[forward(1)]).toBe(300);
    expect(read[reverse(2)]).toBe(0);
    expect(balance.fits(4, 0)).toBe(true);
    expect(balance.fits(5, 0)).toBe(false);
    balance.accept(4, 0);
    expect(balance.fits(-5, 0)).toBe(false);
  });

  it("takes from forward phases and reverse total when the phases are too high", () => {
    const balance = new Balance(Quantity.activeDelivered, Quantity.activeReceived, 2);
    const read = counts();
    read[forward(1)] = 300;
    read[forward(2)] = 30;
    read[reverse(0)] = 40;
    expect(balance.limit(read, 0)).toBe(372);
    expect(Array.from(read)).toEqual(Array.from(counts()));
  });

  it("allows for what flows between the reads", () => {
    const balance = new Balance(Quantity.activeDelivered, Quantity.activeReceived, 1);
    for (let i = 0; i < 100; i++) {
      const net = i % 2 === 0 ? 20 : -20;
      expect(balance.fits(net, 20)).toBe(true);
      if (net > 0) expect(balance.fits(net, 10)).toBe(false);
      balance.accept(net, 20);
    }
    expect(balance.fits(1, 0)).toBe(true);
  });
});
