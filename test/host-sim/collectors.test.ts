import { describe, expect, it } from "vitest";
import { defaultOptions } from "../../host-sim/options";
import { Street } from "../../host-sim/street";

const base = { ...defaultOptions, depth: "model", days: 1, collectors: 2, seed: 3 } as const;
/** Within two hours each meter has measured the link to its parent some times, and so learnt whether that is gone. */
const MOVED_S = 2 * 3600;

const lines = (street: Street) =>
  street.meters.map(({ meter }) => street.headEnd.whereabouts.lineOf(meter.stack.address));
const pans = (street: Street) => street.meters.map(({ meter }) => meter.mac.panId);

describe.each([
  ["hops and seals its frames", { hopping: true, linkSecurity: true }],
  ["hops", { hopping: true, linkSecurity: false }],
  ["seals its frames on one channel", { hopping: false, linkSecurity: true }],
  ["does neither", { hopping: false, linkSecurity: false }],
])("a street with two collectors that %s", (_name, air) => {
  it("goes on with the other one when the first dies, at the same addresses", () => {
    const street = new Street({ ...base, ...air, meters: 12 });
    street.run(60);
    const addresses = street.meters.map(({ meter }) => meter.stack.address.join());
    expect(lines(street)).toEqual(street.meters.map((_, n) => n % 2));
    const [first, second] = street.collectors.map(({ collector }) => collector.mac.panId);
    expect(first).not.toBe(second);
    expect(pans(street)).toEqual(lines(street).map((line) => [first, second][line!]));
    street.collectors[0].powerOff();
    street.run(60 + MOVED_S);
    expect(lines(street)).toEqual(street.meters.map(() => 1));
    expect(pans(street)).toEqual(street.meters.map(() => second));
    expect(street.meters.map(({ meter }) => meter.stack.address.join())).toEqual(addresses);
    expect(street.meters.every((meter) => street.hops(meter) > 0)).toBe(true);
  });
});

/** A street of one meter, the number of the collector that it is with, and a later moment. */
function oneMeter() {
  const street = new Street({ ...base, meters: 1 });
  street.run(60);
  const line = () => lines(street)[0];
  let now_s = 60;
  const wait = (s: number) => street.run((now_s += s));
  const [meter] = street.meters;
  const restart = () => {
    meter.powerOff();
    wait(60);
    meter.powerOn();
    wait(60);
    expect(meter.meter.join.joined).toBe(true);
  };
  return { street, meter, line, left: line()!, wait, restart };
}

describe("a meter that goes from one collector to another", () => {
  it("counts its moves through a restart, so that a collector it has left does not get it back", () => {
    const { street, meter, line, left, wait, restart } = oneMeter();
    street.collectors[left].radio.powerOff();
    wait(MOVED_S);
    expect(line()).toBe(1 - left);
    restart();
    // What the one before had to say reaches the head end at last.
    street.headEnd.meterJoined(meter.meter.stack.address, left, 0);
    expect(line()).toBe(1 - left);
  });

  it("counts the move where it had lost its supply meanwhile", () => {
    const { street, meter, line, left, wait } = oneMeter();
    meter.powerOff();
    street.collectors[left].powerOff();
    wait(60);
    meter.powerOn();
    wait(MOVED_S);
    expect(line()).toBe(1 - left);
    street.headEnd.meterJoined(meter.meter.stack.address, left, 0);
    expect(line()).toBe(1 - left);
  });

  it("is with that one again after a restart, though the first in its list would have it too", () => {
    const { street, meter, line, left, wait, restart } = oneMeter();
    meter.meter.mac.moveOn();
    wait(2 * 3600);
    expect(line()).toBe(1 - left);
    restart();
    expect(meter.meter.mac.panId).toBe(street.collectors[1 - left].collector.mac.panId);
    expect(street.collectors[1 - left].collector.root.has(meter.meter.stack.address)).toBe(true);
    expect(line()).toBe(1 - left);
  });
});
