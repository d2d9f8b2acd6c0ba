import { describe, expect, it } from "vitest";
import { noFaults } from "../../host-sim/options";
import { Street } from "../../host-sim/street";
import { streetOptions } from "../support/street";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const METERS = 12;

function street(seed: number, options: Partial<Parameters<typeof streetOptions>[0]> = {}): Street {
  const faults = { ...noFaults, frameLoss: 0.1 };
  return new Street(streetOptions({ meters: METERS, depth: "model", seed, faults, ...options }));
}

function errors_ms(of: Street): number[] {
  return of.meters.map(({ meter }) => meter.utc.utc_ms() - of.utc_ms());
}

describe("the time, told to all", () => {
  it.each([1, 2, 3])("sets every clock, to the tenth of a second, seed %i", (seed) => {
    const made = street(seed);
    made.run(10 * MINUTE_S);
    // Beyond what is worked off slowly: each is off by 20 s to 31 s, slow or fast.
    made.meters.forEach(({ meter }, n) =>
      meter.utc.set(made.utc_ms() + (n % 2 === 0 ? 1 : -1) * (20_000 + 1_000 * n)),
    );
    made.headEnd.everyone.setTime();
    made.run(12 * MINUTE_S);
    const worst_ms = Math.max(...errors_ms(made).map(Math.abs));
    console.log(`seed ${seed}: at most ${worst_ms} ms off`);
    expect(worst_ms).toBeLessThan(100);
  });

  it("happens once a day by itself, at two in the morning of UTC", () => {
    const made = street(4);
    const taken = () => made.meters.map(({ meter }) => meter.mpl.counters.taken);
    made.run(2 * HOUR_S);
    expect(taken()).toEqual(Array(METERS).fill(0));
    made.run(2 * HOUR_S + 2 * MINUTE_S);
    expect(taken()).toEqual(Array(METERS).fill(1));
    expect(made.meters.every(({ meter }) => meter.utc.lastSet_ms >= made.utc_ms() - 3 * 60_000)).toBe(true);
  });

  it("is not told where the PAN has no time: its nodes neither hop nor seal", () => {
    const made = street(5, { hopping: false, linkSecurity: false });
    made.run(2 * HOUR_S + 2 * MINUTE_S);
    expect(made.meters.every(({ meter }) => meter.mpl.counters.taken === 0)).toBe(true);
  });
});

describe("an order to all", () => {
  it("resets demand everywhere at one moment, once; who missed it is known, and gets it again", () => {
    const made = street(6);
    made.run(HOUR_S);
    const due_s = made.utc_ms() / 1000 + 15 * MINUTE_S;
    const { everyone } = made.headEnd;
    everyone.resetDemand(due_s);
    made.run(HOUR_S + 5 * MINUTE_S);
    const restarted = made.meters[3];
    restarted.powerOff();
    made.run(HOUR_S + 6 * MINUTE_S);
    restarted.powerOn();
    made.run(HOUR_S + 20 * MINUTE_S);
    const resets = () => made.meters.map(({ meter }) => meter.billing.demand.resets);
    expect(resets()).toEqual(made.meters.map((meter) => (meter === restarted ? 0 : 1)));
    const done = made.meters.filter((meter) => meter !== restarted);
    expect(new Set(done.map(({ meter }) => meter.billing.demand.lastReset_s))).toEqual(new Set([due_s]));

    // What else happens to a meter afterwards is no reset.
    restarted.powerOff();
    made.run(HOUR_S + 21 * MINUTE_S);
    restarted.powerOn();
    // Nothing is known before they are read.
    expect(everyone.withoutReset(due_s).length).toBe(METERS);
    made.run(4 * HOUR_S + 10 * MINUTE_S);
    expect(everyone.withoutReset(due_s).map(({ address }) => address)).toEqual([
      restarted.meter.stack.address,
    ]);

    // Too late for that moment: from now on, and the others have no need of it.
    const again_s = made.utc_ms() / 1000;
    everyone.resetDemand(again_s);
    everyone.resetDemand(again_s);
    made.run(8 * HOUR_S + 10 * MINUTE_S);
    expect(resets()).toEqual(made.meters.map((meter) => (meter === restarted ? 1 : 2)));
    expect(everyone.withoutReset(again_s)).toEqual([]);
  });
});
