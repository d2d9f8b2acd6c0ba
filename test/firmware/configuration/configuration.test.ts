import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { ConfigurationCode } from "firmware/configuration/code";
import { ConfigurationKind, MAX_CONFIGURATION_BYTES } from "firmware/configuration/configuration";
import { ConfigurationResource } from "firmware/configuration/resource";
import { cddl, decodeCbor } from "../../support/cddl";
import {
  cborOf,
  cfgMap,
  DAY_TYPES,
  encoded,
  PACIFIC,
  WEEK,
  whole,
  loadedConfiguration,
  generalObject,
  MemoryConfigurationStore,
  replace,
  tariffObject,
} from "../../support/configuration";
import { exchange } from "../../support/exchange";

const isCfg = cddl("cfg");
const { general, tariff, holidays } = ConfigurationKind;
const range = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const change = (months: [number, number]): fc.Arbitrary<number[]> =>
  fc.tuple(range(...months), range(1, 5), range(0, 6), range(0, 1439));
const zones = fc.oneof(
  fc.tuple(range(-720, 840)),
  fc.tuple(range(-720, 840), range(1, 120), change([1, 6]), change([7, 12])),
);
const generals = fc
  .record({
    interval_min: fc.constantFrom(1, 5, 15, 30, 60, 120, 720, 1440),
    channels: range(1, 1023),
    demandSubintervals: range(1, 15),
    subinterval_min: fc.constantFrom(1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60),
    coldLoadPickup_min: range(0, 255),
    minimumOutage_s: range(0, 255),
    billingDay: range(0, 28),
    zone: zones,
    pulseConstant: range(1, 100_000),
    reverseLimit_Wh: range(0, 10_000),
  })
  .map(({ subinterval_min, ...rest }) => ({
    ...rest,
    demandWindow_min: subinterval_min * rest.demandSubintervals,
  }))
  .filter(({ demandWindow_min }) => demandWindow_min >= 5 && demandWindow_min <= 60)
  .map(generalObject);
const holidayLists = fc
  .uniqueArray(fc.tuple(fc.constantFrom(0, 2026, 2028, 2105), range(1, 12), range(1, 28)), {
    selector: ([, month, day]) => month * 32 + day,
    maxLength: 32,
    size: "max",
  })
  .map((list) => list.map((date) => [...date]));

describe("the configuration", () => {
  it("starts as a meter in UTC with intervals of 15 minutes and one tier", () => {
    const cfg = decodeCbor(exchange(new ConfigurationResource(loadedConfiguration()), "get").body);
    expect(isCfg("cfg", cfg)).toBe(true);
    expect(cfg).toEqual(
      cfgMap([generalObject(), tariffObject(1, [[1, 1, [0, 0, 0, 0, 0, 0, 0, 0]]], [[[0, 1]]]), []]),
    );
  });

  it("takes what is of its form, stores it and is the same after a restart", () => {
    fc.assert(
      fc.property(generals, holidayLists, (generalGiven, holidaysGiven) => {
        const store = new MemoryConfigurationStore();
        const configuration = loadedConfiguration(store);
        const changed: number[] = [];
        configuration.onChanged = (kind) => changed.push(kind);
        const given = [
          generalGiven,
          tariffObject(
            3,
            [
              [6, 1, WEEK],
              [10, 1, WEEK],
            ],
            DAY_TYPES,
            2,
          ),
          holidaysGiven,
        ];
        given.forEach((object, kind) => {
          expect(isCfg("set-cfg", decodeCbor(cborOf(new Map([[kind, object]]))))).toBe(true);
          expect(replace(configuration, kind, object)).toBe(ConfigurationCode.ok);
          expect(decodeCbor(encoded(configuration, kind))).toEqual(object);
          expect(encoded(configuration, kind).length).toBeLessThanOrEqual(MAX_CONFIGURATION_BYTES);
        });
        expect(changed).toEqual([0, 1, 2]);
        expect(whole(loadedConfiguration(store))).toEqual(whole(configuration));
      }),
    );
  });

  it("has objects that fit a storage record where all is used", () => {
    const configuration = loadedConfiguration();
    const seasons = [1, 4, 7, 12].map((month): [number, number, number[]] => [
      month,
      31 - (month % 3),
      Array(8).fill(7),
    ]);
    const dayTypes = Array.from({ length: 8 }, (_, day) =>
      Array.from({ length: 4 }, (_, at): [number, number] => [at === 0 ? 0 : 1200 + at + day, 6]),
    );
    seasons[1][1] = 30;
    expect(replace(configuration, tariff, tariffObject(6, seasons, dayTypes))).toBe(ConfigurationCode.ok);
    const dates = Array.from({ length: 32 }, (_, i) => [2026 + i, 12, 25]);
    expect(replace(configuration, holidays, dates)).toBe(ConfigurationCode.ok);
    const zone = [-720, 120, [10, 5, 6, 1439], [12, 5, 6, 1439]];
    const most = {
      interval_min: 1440,
      channels: 1023,
      coldLoadPickup_min: 255,
      zone,
      pulseConstant: 100_000,
      reverseLimit_Wh: 10_000,
    };
    expect(replace(configuration, general, generalObject(most))).toBe(ConfigurationCode.ok);
    for (const object of whole(configuration))
      expect(object.length).toBeLessThanOrEqual(MAX_CONFIGURATION_BYTES);
  });
});

describe("/cfg", () => {
  const objects = [
    generalObject({ zone: PACIFIC }),
    tariffObject(3, [[6, 1, WEEK]], DAY_TYPES),
    [
      [0, 1, 1],
      [2026, 11, 26],
    ],
  ];

  it("is changed by one object at a time, and says so", () => {
    const configuration = loadedConfiguration();
    const resource = new ConfigurationResource(configuration);
    objects.forEach((object, kind) => {
      const body = cborOf(new Map([[kind, object]]));
      expect(exchange(resource, "put", { body }).code).toBe(Code.changed);
    });
    expect(decodeCbor(exchange(resource, "get").body)).toEqual(cfgMap(objects));
    const two = cborOf(
      new Map<number, unknown>([
        [0, objects[0]],
        [1, objects[1]],
      ]),
    );
    for (const body of [two, cborOf(new Map([[3, []]])), cborOf(new Map()), cborOf(7), new Uint8Array(0)])
      expect(exchange(resource, "put", { body }).code).toBe(Code.badRequest);
    expect(exchange(resource, "put", { body: two, contentFormat: 0 }).code).toBe(
      Code.unsupportedContentFormat,
    );
  });

  it("bears every byte cut, flipped or grown: nothing changes where it is refused, all is valid where not", () => {
    objects.forEach((object, kind) => {
      const good = cborOf(new Map([[kind, object]]));
      const bad: Uint8Array[] = [];
      for (let at = 0; at < good.length; at++) {
        bad.push(good.slice(0, at));
        bad.push(Uint8Array.of(...good.slice(0, at), 0, ...good.slice(at)));
        for (let bit = 0; bit < 8; bit++) {
          const flipped = good.slice();
          flipped[at] ^= 1 << bit;
          bad.push(flipped);
        }
      }
      bad.push(Uint8Array.of(...good, 0));
      for (const body of bad) {
        const configuration = loadedConfiguration();
        const before = whole(configuration);
        const { code } = exchange(new ConfigurationResource(configuration), "put", { body });
        if (code === Code.changed) {
          const cfg = exchange(new ConfigurationResource(configuration), "get").body;
          expect(isCfg("cfg", decodeCbor(cfg)), body.toString()).toBe(true);
          expect(encoded(configuration, body[1])).toEqual(body.slice(2));
        } else {
          expect(code).toBe(Code.badRequest);
          expect(whole(configuration)).toEqual(before);
        }
      }
    });
  });
});
