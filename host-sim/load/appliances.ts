import type { Random } from "../random";

/** A time of day at which an appliance may be used. */
interface Session {
  /** It starts between these hours of the day. */
  readonly start_h: readonly [number, number];
  readonly length_min: readonly [number, number];
  /** Probability on a workday and on a day of the weekend. */
  readonly chance: readonly [number, number];
}

/** A kind of appliance: how many households have it, what it draws, and when. */
export interface Appliance {
  /** Share of households that have one. */
  readonly owned: number;
  readonly power_W: readonly [number, number];
  /** Reactive over active power: positive is inductive (motors), negative capacitive (switched supplies). */
  readonly reactiveRatio: number;
  /** At 120 V it stands on one leg, at 240 V half of it on each. */
  readonly voltage_V: 120 | 240;
  readonly sessions: readonly Session[];
  /** Where a thermostat switches it within a session: minutes on and minutes off. */
  readonly cycle_min?: { readonly on: readonly [number, number]; readonly off: readonly [number, number] };
}

export const APPLIANCES: readonly Appliance[] = [
  // Refrigerator.
  {
    owned: 1,
    power_W: [90, 170],
    reactiveRatio: 0.75,
    voltage_V: 120,
    sessions: [{ start_h: [0, 0], length_min: [1440, 1440], chance: [1, 1] }],
    cycle_min: { on: [10, 20], off: [18, 40] },
  },
  // Freezer.
  {
    owned: 0.4,
    power_W: [80, 130],
    reactiveRatio: 0.8,
    voltage_V: 120,
    sessions: [{ start_h: [0, 0], length_min: [1440, 1440], chance: [1, 1] }],
    cycle_min: { on: [12, 25], off: [30, 60] },
  },
  // Lights and screens of one part of the home, then of the other.
  {
    owned: 1,
    power_W: [60, 320],
    reactiveRatio: -0.3,
    voltage_V: 120,
    sessions: [
      { start_h: [5.5, 7.5], length_min: [40, 110], chance: [0.95, 0.4] },
      { start_h: [8, 10], length_min: [60, 240], chance: [0.2, 0.8] },
      { start_h: [16.5, 18.5], length_min: [210, 330], chance: [0.97, 0.95] },
    ],
  },
  {
    owned: 0.9,
    power_W: [40, 240],
    reactiveRatio: -0.45,
    voltage_V: 120,
    sessions: [
      { start_h: [11, 14], length_min: [30, 180], chance: [0.3, 0.7] },
      { start_h: [18, 20], length_min: [120, 240], chance: [0.9, 0.9] },
    ],
  },
  // Kettle, coffee machine, microwave oven.
  {
    owned: 1,
    power_W: [900, 1500],
    reactiveRatio: 0.05,
    voltage_V: 120,
    sessions: [
      { start_h: [6, 7], length_min: [3, 8], chance: [0.9, 0.4] },
      { start_h: [7, 9], length_min: [2, 6], chance: [0.6, 0.9] },
      { start_h: [12, 13.5], length_min: [3, 9], chance: [0.4, 0.7] },
      { start_h: [18, 20], length_min: [3, 10], chance: [0.7, 0.7] },
    ],
  },
  // Range and oven.
  {
    owned: 0.65,
    power_W: [1600, 3200],
    reactiveRatio: 0,
    voltage_V: 240,
    sessions: [
      { start_h: [6.5, 8.5], length_min: [8, 20], chance: [0.25, 0.5] },
      { start_h: [11.5, 13], length_min: [15, 40], chance: [0.15, 0.5] },
      { start_h: [17, 19.5], length_min: [25, 70], chance: [0.85, 0.85] },
    ],
    cycle_min: { on: [2, 6], off: [1, 4] },
  },
  // Dishwasher.
  {
    owned: 0.6,
    power_W: [900, 1300],
    reactiveRatio: 0.1,
    voltage_V: 120,
    sessions: [{ start_h: [19.5, 22], length_min: [70, 110], chance: [0.55, 0.7] }],
    cycle_min: { on: [8, 14], off: [10, 25] },
  },
  // Washing machine, and after it the dryer.
  {
    owned: 0.9,
    power_W: [350, 550],
    reactiveRatio: 0.55,
    voltage_V: 120,
    sessions: [{ start_h: [8, 17], length_min: [40, 60], chance: [0.15, 0.5] }],
    cycle_min: { on: [4, 9], off: [1, 3] },
  },
  {
    owned: 0.55,
    power_W: [4000, 5200],
    reactiveRatio: 0.03,
    voltage_V: 240,
    sessions: [{ start_h: [9.5, 18.5], length_min: [35, 60], chance: [0.12, 0.45] }],
    cycle_min: { on: [5, 9], off: [3, 6] },
  },
  // Water heater: recovers after the morning's and the evening's draw, and holds its heat between.
  {
    owned: 0.4,
    power_W: [3800, 4500],
    reactiveRatio: 0,
    voltage_V: 240,
    sessions: [
      { start_h: [1, 4], length_min: [4, 8], chance: [0.8, 0.8] },
      { start_h: [6.3, 8.3], length_min: [15, 32], chance: [0.95, 0.9] },
      { start_h: [12, 15], length_min: [4, 10], chance: [0.7, 0.8] },
      { start_h: [19, 22], length_min: [10, 28], chance: [0.85, 0.85] },
    ],
  },
  // Air conditioner.
  {
    owned: 0.45,
    power_W: [1800, 3000],
    reactiveRatio: 0.5,
    voltage_V: 240,
    sessions: [{ start_h: [12.5, 17], length_min: [180, 420], chance: [0.6, 0.75] }],
    cycle_min: { on: [7, 14], off: [10, 24] },
  },
  // Charger of a car.
  {
    owned: 0.2,
    power_W: [3600, 7200],
    reactiveRatio: -0.06,
    voltage_V: 240,
    sessions: [{ start_h: [21, 25], length_min: [50, 170], chance: [0.5, 0.35] }],
  },
];

/** A household's own appliance: what it draws on each leg, and until when it is already planned. */
export class OwnedAppliance {
  readonly active_mW: readonly [number, number];
  readonly reactive_mvar: readonly [number, number];
  #planned_s = 0;

  constructor(
    private readonly kind: Appliance,
    random: Random,
  ) {
    const active_mW = Math.round(random.between(kind.power_W[0], kind.power_W[1]) * 500) * 2;
    const reactive_mvar = Math.round((active_mW * kind.reactiveRatio) / 2) * 2;
    const onLegA = kind.voltage_V === 240 ? 0.5 : random.below(2);
    this.active_mW = [active_mW * onLegA, active_mW * (1 - onLegA)];
    this.reactive_mvar = [reactive_mvar * onLegA, reactive_mvar * (1 - onLegA)];
  }

  /**
   * Calls `run` for each time it is on in the sessions that start on the day that begins at `day_s`: in order, apart
   * from each other, and perhaps into the next day. Times are whole seconds.
   */
  planDay(day_s: number, weekend: boolean, random: Random, run: (on_s: number, off_s: number) => void): void {
    const cycle = this.kind.cycle_min;
    for (const session of this.kind.sessions) {
      if (!random.chance(session.chance[weekend ? 1 : 0])) continue;
      const start_s = day_s + seconds(random, session.start_h, 3600);
      const end_s = start_s + seconds(random, session.length_min, 60);
      let on_s = Math.max(start_s, this.#planned_s);
      while (on_s < end_s) {
        const off_s = cycle === undefined ? end_s : Math.min(end_s, on_s + seconds(random, cycle.on, 60));
        run(on_s, off_s);
        // At least a second off, so that two runs never touch.
        on_s = off_s + (cycle === undefined ? 1 : seconds(random, cycle.off, 60));
        this.#planned_s = on_s;
      }
    }
  }
}

function seconds(random: Random, [low, high]: readonly [number, number], unit_s: number): number {
  return Math.round(random.between(low, high) * unit_s);
}
