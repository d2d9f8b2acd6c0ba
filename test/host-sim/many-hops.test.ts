import { describe, expect, it } from "vitest";
import { defaultOptions } from "../../host-sim/options";
import { Street } from "../../host-sim/street";

const base = { ...defaultOptions, depth: "model", days: 1, hopping: false, linkSecurity: false } as const;

describe("a street with two collectors", () => {
  it("goes on with the other one when the first dies, at the same addresses", () => {
    const street = new Street({ ...base, meters: 12, collectors: 2, seed: 3 });
    street.run(60);
    const lines = () =>
      street.meters.map(({ meter }) => street.headEnd.whereabouts.lineOf(meter.stack.address));
    const addresses = street.meters.map(({ meter }) => meter.stack.address.join());
    expect(lines()).not.toContain(undefined);
    const [dead, other] = lines()[0] === 0 ? [0, 1] : [1, 0];
    street.collectors[dead!]!.powerOff();
    street.run(2 * 3600);
    expect(lines()).toEqual(street.meters.map(() => other));
    expect(street.meters.map(({ meter }) => meter.stack.address.join())).toEqual(addresses);
    expect(street.meters.every((meter) => street.hops(meter) > 0)).toBe(true);
  });
});
