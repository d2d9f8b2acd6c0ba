import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { ConfigurationCode, configurationSlug } from "firmware/configuration/code";
import { ConfigurationKind } from "firmware/configuration/configuration";
import { ConfigurationResource } from "firmware/configuration/resource";
import {
  cborOf,
  cfgMap,
  DAY_TYPES,
  GENERAL,
  generalObject,
  loadedConfiguration,
  MemoryConfigurationStore,
  PACIFIC,
  replace,
  tariffObject,
  WEEK,
  whole,
} from "../../support/configuration";
import { exchange } from "../../support/exchange";

const { general, tariff, holidays } = ConfigurationKind;

describe("a configuration that contradicts itself is refused whole, and the old one kept:", () => {
  const season = (month: number, day: number, days = WEEK): [number, number, number[]] => [month, day, days];
  const seasons = [season(6, 1), season(10, 1)];
  const refused: [string, number, unknown, number][] = [
    [
      "an interval of 7 minutes",
      general,
      generalObject({ interval_min: 7 }),
      ConfigurationCode.intervalLength,
    ],
    ["one of 45 minutes", general, generalObject({ interval_min: 45 }), ConfigurationCode.intervalLength],
    ["one of 5 hours", general, generalObject({ interval_min: 300 }), ConfigurationCode.intervalLength],
    [
      "subintervals that do not divide the hour",
      general,
      generalObject({ demandWindow_min: 21, demandSubintervals: 3 }),
      ConfigurationCode.demandWindow,
    ],
    [
      "a window that is no multiple of its subinterval",
      general,
      generalObject({ demandWindow_min: 20, demandSubintervals: 3 }),
      ConfigurationCode.demandWindow,
    ],
    [
      "daylight saving that ends when it begins",
      general,
      generalObject({ zone: [-480, 60, [3, 2, 0, 120], [3, 2, 0, 120]] }),
      ConfigurationCode.daylightRule,
    ],
    ["no channels", general, generalObject({ channels: 0 }), ConfigurationCode.malformed],
    ["a window of 61 minutes", general, generalObject({ demandWindow_min: 61 }), ConfigurationCode.malformed],
    [
      "a billing day that February lacks",
      general,
      generalObject({ billingDay: 29 }),
      ConfigurationCode.malformed,
    ],
    [
      "a thirteenth month",
      general,
      generalObject({ zone: [0, 60, [13, 2, 0, 0], [3, 2, 0, 0]] }),
      ConfigurationCode.malformed,
    ],
    [
      "a sixth Sunday",
      general,
      generalObject({ zone: [0, 60, [3, 6, 0, 0], [11, 2, 0, 0]] }),
      ConfigurationCode.malformed,
    ],
    ["half a zone", general, generalObject({ zone: [0, 60] }), ConfigurationCode.malformed],
    [
      "overlapping seasons",
      tariff,
      tariffObject(3, [season(6, 1), season(6, 1)], DAY_TYPES),
      ConfigurationCode.seasonOrder,
    ],
    [
      "seasons out of order",
      tariff,
      tariffObject(3, [season(10, 1), season(6, 1)], DAY_TYPES),
      ConfigurationCode.seasonOrder,
    ],
    [
      "a season from February 30",
      tariff,
      tariffObject(3, [season(2, 30)], DAY_TYPES),
      ConfigurationCode.noSuchDate,
    ],
    [
      "an unknown day type",
      tariff,
      tariffObject(3, [season(6, 1, [0, 0, 0, 0, 0, 0, 0, 2])], DAY_TYPES),
      ConfigurationCode.unknownDayType,
    ],
    [
      "a day that begins at 1:00",
      tariff,
      tariffObject(3, seasons, [[[60, 1]], [[0, 1]]]),
      ConfigurationCode.noFirstSwitch,
    ],
    [
      "switch times that do not rise",
      tariff,
      tariffObject(3, seasons, [
        [
          [0, 1],
          [960, 2],
          [960, 3],
        ],
        [[0, 1]],
      ]),
      ConfigurationCode.switchOrder,
    ],
    [
      "a switch to a tier that is not there",
      tariff,
      tariffObject(2, seasons, DAY_TYPES),
      ConfigurationCode.unknownTier,
    ],
    [
      "a default tier that is not there",
      tariff,
      tariffObject(3, seasons, DAY_TYPES, 4),
      ConfigurationCode.unknownTier,
    ],
    ["no seasons", tariff, tariffObject(3, [], DAY_TYPES), ConfigurationCode.malformed],
    [
      "a day type without switches",
      tariff,
      tariffObject(3, seasons, [...DAY_TYPES, []]),
      ConfigurationCode.malformed,
    ],
    [
      "half a switch",
      tariff,
      cfgMap([
        3,
        1,
        seasons,
        [
          [0, 1, 960],
          [0, 1],
        ],
      ]),
      ConfigurationCode.malformed,
    ],
    [
      "more switches than there is room for",
      tariff,
      tariffObject(
        1,
        seasons,
        [0, 1].map(() => Array.from({ length: 17 }, (_, at): [number, number] => [at, 1])),
      ),
      ConfigurationCode.tooManySwitches,
    ],
    [
      "a holiday twice",
      holidays,
      [
        [2026, 7, 4],
        [2026, 12, 25],
        [2026, 7, 4],
      ],
      ConfigurationCode.holidayTwice,
    ],
    [
      "one that is every year's already",
      holidays,
      [
        [0, 7, 4],
        [2026, 7, 4],
      ],
      ConfigurationCode.holidayTwice,
    ],
    [
      "one that is every year's too",
      holidays,
      [
        [2026, 7, 4],
        [0, 7, 4],
      ],
      ConfigurationCode.holidayTwice,
    ],
    ["a leap day in 2026", holidays, [[2026, 2, 29]], ConfigurationCode.noSuchDate],
    ["a holiday in 1999", holidays, [[1999, 1, 1]], ConfigurationCode.malformed],
    [
      "33 holidays",
      holidays,
      Array.from({ length: 33 }, (_, i) => [0, 1 + Math.floor(i / 28), 1 + (i % 28)]),
      ConfigurationCode.malformed,
    ],
    ["more bytes than a record holds", holidays, "x".repeat(300), ConfigurationCode.tooLarge],
    ["something else", holidays, "x", ConfigurationCode.malformed],
  ];
  it.each(refused)("%s", (_title, kind, object, code) => {
    const store = new MemoryConfigurationStore();
    const configuration = loadedConfiguration(store);
    replace(configuration, general, generalObject({ zone: PACIFIC, billingDay: 5 }));
    replace(configuration, tariff, tariffObject(3, seasons, DAY_TYPES));
    replace(configuration, holidays, [[0, 7, 4]]);
    const before = [whole(configuration), new Map(store.objects)];
    configuration.onChanged = () => expect.unreachable();
    const { code: answer, body } = exchange(new ConfigurationResource(configuration), "put", {
      body: cborOf(new Map([[kind, object]])),
    });
    expect(answer).toBe(Code.badRequest);
    expect(new TextDecoder().decode(body)).toBe(`${code} ${configurationSlug(code)}`);
    expect([whole(configuration), store.objects]).toEqual(before);
  });

  it("one that its storage does not take", () => {
    const store = new MemoryConfigurationStore();
    const configuration = loadedConfiguration(store);
    const before = whole(configuration);
    store.takes = false;
    const body = cborOf(new Map([[general, generalObject({ interval_min: 60 })]]));
    const answer = exchange(new ConfigurationResource(configuration), "put", { body });
    expect([answer.code, new TextDecoder().decode(answer.body)]).toEqual([
      Code.internalServerError,
      "3 not-stored",
    ]);
    expect(whole(configuration)).toEqual(before);
  });

  it("one that was stored by another version: defaults stand", () => {
    const store = new MemoryConfigurationStore();
    store.objects.set(general, cborOf(generalObject({ interval_min: 7 })));
    store.objects.set(tariff, Uint8Array.of(0xff, 0xff));
    store.objects.set(holidays, cborOf([[0, 7, 4]]));
    const configuration = loadedConfiguration(store);
    expect(configuration.general.interval_min).toBe(GENERAL.interval_min);
    expect(configuration.tariff.tiers).toBe(1);
    expect(configuration.holidays.has(2030, 7, 4)).toBe(true);
  });
});
