import { expect, it } from "vitest";
import { meterPans, streetPans } from "../../host-sim/pans";
import { OpenAir } from "../../host-sim/radio/open-air";
import { TownAir } from "../../host-sim/radio/town-air";
import { Street } from "../../host-sim/street";
import { streetOptions } from "../support/street";

it("each collector has a PAN and a key of its own, however many there are", () => {
  const pans = streetPans(1000, true);
  expect(new Set(pans.map(({ id }) => id)).size).toBe(1000);
  expect(Math.max(...pans.map(({ id }) => id))).toBeLessThan(0xffff);
  expect(new Set(pans.map(({ keys }) => keys!.map(({ key }) => key.join()).join())).size).toBe(1000);
  expect(streetPans(2, false).map(({ keys }) => keys)).toEqual([[], []]);
});

it("meters that are in range of all collectors begin with one after the other", () => {
  const pans = streetPans(3, false);
  const air = new OpenAir(100_000);
  const firsts = Array.from({ length: 6 }, (_, meter) => meterPans(pans, meter, air)[0]);
  expect(firsts).toEqual([...pans, ...pans]);
  for (let meter = 0; meter < 6; meter++) expect(new Set(meterPans(pans, meter, air)).size).toBe(3);
});

it("a town's meters begin with the nearest collector", () => {
  const { medium } = new Street(streetOptions({ meters: 40, collectors: 4, density: 300, depth: "model" }));
  const { town } = medium.air as TownAir;
  const pans = streetPans(4, true);
  for (let meter = 0; meter < 40; meter++) {
    const distances_m = meterPans(pans, meter, medium.air).map((pan) =>
      town.distance_m(pans.indexOf(pan), 4 + meter),
    );
    expect(distances_m).toEqual([...distances_m].sort((a, b) => a - b));
  }
});
