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

  it("counts the moves of a meter through a restart, so that a collector it has left does not get it back", () => {
    const street = new Street({ ...base, meters: 1, collectors: 2, seed: 3 });
    const [meter] = street.meters;
    const line = () => street.headEnd.whereabouts.lineOf(meter.meter.stack.address);
    street.run(60);
    const left = line()!;
    street.collectors[left].radio.powerOff();
    street.run(2 * 3600);
    expect(line()).toBe(1 - left);
    meter.powerOff();
    street.run(2 * 3600 + 60);
    meter.powerOn();
    street.run(2 * 3600 + 180);
    expect(meter.meter.join.joined).toBe(true);
    // What the one before had to say reaches the head end at last.
    street.headEnd.meterJoined(meter.meter.stack.address, left, 0);
    expect(line()).toBe(1 - left);
  });

  it("counts the move of a meter that had lost its supply meanwhile", () => {
    const street = new Street({ ...base, meters: 1, collectors: 2, seed: 3 });
    const [meter] = street.meters;
    const line = () => street.headEnd.whereabouts.lineOf(meter.meter.stack.address);
    street.run(60);
    const left = line()!;
    meter.powerOff();
    street.collectors[left].powerOff();
    street.run(120);
    meter.powerOn();
    street.run(3600);
    expect(line()).toBe(1 - left);
    street.headEnd.meterJoined(meter.meter.stack.address, left, 0);
    expect(line()).toBe(1 - left);
  });
});
