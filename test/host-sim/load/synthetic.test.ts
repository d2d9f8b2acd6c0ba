import { describe, expect, it } from "vitest";
import { Flow, type Load } from "../../../host-sim/load/load";
import { streetLoads } from "../../../host-sim/load/street-loads";
import { clearSky } from "../../../host-sim/load/sun";
import { HouseholdLoad } from "../../../host-sim/load/synthetic";
import type { StreetOptions } from "../../../host-sim/options";

const HOUR_US = 3600e6;
const DAY_US = 24 * HOUR_US;
const DAYS = 7;

/** Calls `each` for every span of constant flow in the first week; `span_h` is its length. */
function week(load: Load, each: (flow: Flow, at_us: number, span_h: number) => void): void {
  const flow = new Flow();
  for (let at = 0; at < DAYS * DAY_US;) {
    const next = load.flowAt(at, flow);
    if (next <= at) throw new Error(`change at ${next} us is not after ${at} us`);
    each(flow, at, (Math.min(next, DAYS * DAY_US) - at) / HOUR_US);
    at = next;
  }
}

const net_W = (flow: Flow): number => (flow.activePower_mW[0] + flow.activePower_mW[1]) / 1000;
const homes = Array.from({ length: 40 }, (_, index) => index + 1);
const withPv = homes.filter((meter) => new HouseholdLoad(1, meter).kind === "household with PV");
const withoutPv = homes.filter((meter) => !withPv.includes(meter));

describe("the synthetic street", () => {
  it("has PV on about a third of its roofs", () => {
    expect(withPv.length).toBeGreaterThan(homes.length / 5);
    expect(withPv.length).toBeLessThan(homes.length / 2);
  });

  it("draws 5 to 60 kWh a day in a home, more in the evening than at night", () => {
    let evening_kWh = 0;
    let night_kWh = 0;
    let least_kWh = Infinity;
    for (const meter of withoutPv) {
      let total_kWh = 0;
      week(new HouseholdLoad(1, meter), (flow, at_us, span_h) => {
        const energy_kWh = (net_W(flow) * span_h) / 1000;
        least_kWh = Math.min(least_kWh, energy_kWh);
        const hour = (at_us % DAY_US) / HOUR_US;
        total_kWh += energy_kWh;
        if (hour >= 18 && hour < 21) evening_kWh += energy_kWh;
        if (hour >= 2 && hour < 5) night_kWh += energy_kWh;
      });
      expect(total_kWh / DAYS).toBeGreaterThan(5);
      expect(total_kWh / DAYS).toBeLessThan(60);
    }
    expect(least_kWh).toBeGreaterThan(0);
    expect(evening_kWh).toBeGreaterThan(2.5 * night_kWh);
  });

  it("never falls below what is always on, and has a floor at night", () => {
    for (const meter of withoutPv) {
      let least_W = Infinity;
      week(new HouseholdLoad(1, meter), (flow) => (least_W = Math.min(least_W, net_W(flow))));
      expect(least_W).toBeGreaterThan(40);
      expect(least_W).toBeLessThan(340);
    }
  });

  it("uses the weekend otherwise than the workdays", () => {
    const noon_kWh = [0, 0];
    for (const meter of withoutPv) {
      week(new HouseholdLoad(1, meter), (flow, at_us, span_h) => {
        const hour = (at_us % DAY_US) / HOUR_US;
        if (hour >= 9 && hour < 12) noon_kWh[at_us < 5 * DAY_US ? 0 : 1] += (net_W(flow) * span_h) / 1000;
      });
    }
    expect(noon_kWh[1] / 2).toBeGreaterThan((1.3 * noon_kWh[0]) / 5);
  });

  it("exports by day only, and at times with one leg while the other draws", () => {
    for (const meter of withPv) {
      let mixed_h = 0;
      let exported_kWh = 0;
      let exportedByNight_h = 0;
      week(new HouseholdLoad(1, meter), (flow, at_us, span_h) => {
        const hour = (at_us % DAY_US) / HOUR_US;
        const [a, b] = flow.activePower_mW;
        if (a * b < 0) mixed_h += span_h;
        if ((a < 0 || b < 0) && (hour < 4.5 || hour > 19.5)) exportedByNight_h += span_h;
        exported_kWh += Math.max(0, -net_W(flow) * span_h) / 1000;
      });
      expect(exportedByNight_h).toBe(0);
      expect(mixed_h).toBeGreaterThan(0);
      expect(exported_kWh / DAYS).toBeGreaterThan(3);
      expect(exported_kWh / DAYS).toBeLessThan(50);
    }
  });

  it("loads its legs differently, with reactive power of both signs and the voltage of a street", () => {
    const spans = { all: 0, inductive: 0, capacitive: 0, uneven: 0, fractional: 0, onPhaseC: 0 };
    let least_mV = Infinity;
    let greatest_mV = 0;
    for (const meter of homes) {
      week(new HouseholdLoad(1, meter), ({ activePower_mW, reactivePower_mvar, voltage_mV }) => {
        spans.all++;
        if (reactivePower_mvar[0] > 0) spans.inductive++;
        if (reactivePower_mvar[0] < 0) spans.capacitive++;
        if (activePower_mW[0] !== activePower_mW[1]) spans.uneven++;
        if (activePower_mW[2] !== 0 || reactivePower_mvar[2] !== 0 || voltage_mV[2] !== 0) spans.onPhaseC++;
        for (let leg = 0; leg < 2; leg++) {
          const values = [activePower_mW[leg], reactivePower_mvar[leg], voltage_mV[leg]];
          if (!values.every(Number.isInteger)) spans.fractional++;
          least_mV = Math.min(least_mV, voltage_mV[leg]);
          greatest_mV = Math.max(greatest_mV, voltage_mV[leg]);
        }
      });
    }
    expect(spans.fractional).toBe(0);
    expect(spans.onPhaseC).toBe(0);
    expect(spans.inductive / spans.all).toBeGreaterThan(0.2);
    expect(spans.capacitive / spans.all).toBeGreaterThan(0.2);
    expect(spans.uneven / spans.all).toBeGreaterThan(0.9);
    // Service voltage of ANSI C84.1, range A: within 5 %.
    expect(least_mV).toBeGreaterThan(114_000);
    expect(greatest_mV).toBeLessThan(126_000);
  });

  it("sags when an appliance switches on, as over 0.03 ohm", () => {
    let switched = 0;
    let before = { at_us: 0, active_mW: 0, voltage_mV: 0 };
    week(new HouseholdLoad(1, withoutPv[0]), ({ activePower_mW, voltage_mV }, at_us) => {
      const now = { at_us, active_mW: activePower_mW[0], voltage_mV: voltage_mV[0] };
      // Within a minute nothing else changes the voltage.
      if (at_us % 60e6 !== 0 && Math.abs(now.active_mW - before.active_mW) > 500e3) {
        switched++;
        const drop_mV = ((now.active_mW - before.active_mW) / 120) * 0.03;
        expect(Math.abs(before.voltage_mV - now.voltage_mV - drop_mV)).toBeLessThanOrEqual(1);
      }
      before = now;
    });
    expect(switched).toBeGreaterThan(20);
  });

  it("changes about once a minute", () => {
    let changes = 0;
    week(new HouseholdLoad(1, 1), () => changes++);
    expect(changes / DAYS).toBeGreaterThan(1440);
    expect(changes / DAYS).toBeLessThan(2000);
  });

  it("is without load before time 0", () => {
    const flow = new Flow();
    expect(new HouseholdLoad(1, 1).flowAt(-1, flow)).toBe(0);
    expect([...flow.activePower_mW, ...flow.reactivePower_mvar]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("a home of the synthetic street", () => {
  /** What flows at times that skip over changes, or at each of them. */
  function samples(load: Load, every_us: number | undefined): string {
    const flow = new Flow();
    const seen: string[] = [];
    for (let at = 0, due = 0; at < 2 * DAY_US;) {
      const next = load.flowAt(at, flow);
      if (at === due) {
        seen.push([...flow.activePower_mW, ...flow.reactivePower_mvar, ...flow.voltage_mV].join());
        due += 6 * HOUR_US;
      }
      at = every_us === undefined ? Math.min(next, due) : at + every_us;
    }
    return seen.join("\n");
  }

  it("is the same for the same seed, another for another seed or meter", () => {
    const home = samples(new HouseholdLoad(1, 3), undefined);
    expect(samples(new HouseholdLoad(1, 3), undefined)).toBe(home);
    expect(samples(new HouseholdLoad(2, 3), undefined)).not.toBe(home);
    expect(samples(new HouseholdLoad(1, 4), undefined)).not.toBe(home);
  });

  it("is the same however often it is asked", () => {
    const home = samples(new HouseholdLoad(1, 3), undefined);
    expect(samples(new HouseholdLoad(1, 3), 6 * HOUR_US)).toBe(home);
    expect(samples(new HouseholdLoad(1, 3), HOUR_US / 7200)).toBe(home);
  });

  it("is the same in a street of any size", () => {
    const street = (meters: number): string[] =>
      streetLoads({ loads: "synthetic", meters, days: 2, seed: 5 } as StreetOptions).map((load) =>
        samples(load, undefined),
      );
    expect(street(7).slice(0, 3)).toEqual(street(3));
  });
});

describe("the clear sky", () => {
  it("is highest at noon, dark at night and longer lit in June than in December", () => {
    const lit_h = (day: number): number => {
      let hours = 0;
      for (let minute = 0; minute < 1440; minute++) if (clearSky(day, minute / 60) > 0) hours += 1 / 60;
      return hours;
    };
    expect(clearSky(172, 12)).toBeGreaterThan(0.95);
    expect(clearSky(172, 12)).toBeGreaterThan(clearSky(172, 11));
    expect(clearSky(172, 0)).toBe(0);
    expect(clearSky(355, 12)).toBeLessThan(0.5);
    // At 38 degrees north: 14.6 h and 9.4 h from centre to centre of the horizon.
    expect(lit_h(172)).toBeCloseTo(14.6, 0);
    expect(lit_h(355)).toBeCloseTo(9.4, 0);
  });
});
