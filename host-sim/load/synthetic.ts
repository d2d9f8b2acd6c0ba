import { Random } from "../random";
import { APPLIANCES, OwnedAppliance } from "./appliances";
import type { Flow, Load } from "./load";
import { clearSky, Sky } from "./sun";

const SECOND_US = 1e6;
const MINUTE_US = 60e6;
const DAY_US = 86_400e6;
/** Simulated time 0 is a Monday, the first of June, 00:00 of the street's clocks. */
const FIRST_DAY_OF_YEAR = 152;
const LEGS = 2;
const SHARE_WITH_PV = 1 / 3;
/** 0.03 ohm from the transformer: what a leg's voltage falls by, mV for each mW. */
const DROP_mV_PER_mW = 0.03 / 120;
/** An inverter at power factor 0.99 that takes reactive power, to hold the voltage down. */
const INVERTER_REACTIVE_RATIO = 0.14;

/** A step of the load of both legs. */
interface Switching {
  at_us: number;
  appliance: OwnedAppliance;
  /** 1 on, -1 off. */
  direction: number;
}

/**
 * A home on split phase (legs A and B at 120 V), and on every third roof a PV plant. Appliances switch on whole
 * seconds; what is always on, the sun and the voltage change with each minute. Meter n of a seed is the same home in
 * a street of any size.
 */
export class HouseholdLoad implements Load {
  readonly phases = LEGS;
  readonly kind: "household" | "household with PV";
  readonly #random: Random;
  readonly #appliances: OwnedAppliance[] = [];
  readonly #standby_mW: number;
  readonly #pvPeak_mW: number;
  readonly #sky: Sky;
  /** To come, the next one last. */
  #plan: Switching[] = [];
  #next_us = 0;
  readonly #applianceActive_mW = [0, 0];
  readonly #applianceReactive_mvar = [0, 0];
  /** What is always on, less what the sun brings. */
  readonly #restActive_mW = [0, 0];
  readonly #restReactive_mvar = [0, 0];
  #supply_mV = 121_000;
  #sag = 0;
  #hum = 0;
  #frequency_mHz = 60_000;
  #temperature_dC = 210;

  /** @param meter from 1 */
  constructor(seed: number, meter: number) {
    const random = new Random(seed, `household ${meter}`);
    this.#random = random;
    this.#pvPeak_mW = random.chance(SHARE_WITH_PV) ? random.between(2.5e6, 6e6) : 0;
    this.kind = this.#pvPeak_mW > 0 ? "household with PV" : "household";
    this.#sky = new Sky(seed, meter);
    this.#standby_mW = random.between(70e3, 260e3);
    for (const kind of APPLIANCES) {
      if (random.chance(kind.owned)) this.#appliances.push(new OwnedAppliance(kind, random));
    }
  }

  flowAt(at_us: number, flow: Flow): number {
    while (this.#next_us <= at_us) this.#advance();
    for (let leg = 0; leg < LEGS; leg++) {
      const active_mW = at_us < 0 ? 0 : this.#applianceActive_mW[leg] + this.#restActive_mW[leg];
      flow.activePower_mW[leg] = active_mW;
      flow.reactivePower_mvar[leg] =
        at_us < 0 ? 0 : this.#applianceReactive_mvar[leg] + this.#restReactive_mvar[leg];
      flow.voltage_mV[leg] = Math.round(this.#supply_mV - active_mW * DROP_mV_PER_mW);
    }
    flow.frequency_mHz = this.#frequency_mHz;
    flow.temperature_dC = this.#temperature_dC;
    return this.#next_us;
  }

  /** Takes the changes of the instant {@link #next_us}, and finds the next one. */
  #advance(): void {
    const now_us = this.#next_us;
    if (now_us % DAY_US === 0) this.#planDay(now_us / DAY_US);
    const plan = this.#plan;
    while (plan.length > 0 && plan[plan.length - 1].at_us <= now_us) this.#switch(plan.pop()!);
    if (now_us % MINUTE_US === 0) this.#minute(now_us);

    const minute_us = now_us - (now_us % MINUTE_US) + MINUTE_US;
    this.#next_us = plan.length > 0 ? Math.min(minute_us, plan[plan.length - 1].at_us) : minute_us;
  }

  #planDay(day: number): void {
    const weekend = day % 7 >= 5;
    this.#sky.nextDay();
    for (const appliance of this.#appliances) {
      appliance.planDay(day * 86_400, weekend, this.#random, (on_s, off_s) => {
        this.#plan.push({ at_us: on_s * SECOND_US, appliance, direction: 1 });
        this.#plan.push({ at_us: off_s * SECOND_US, appliance, direction: -1 });
      });
    }
    this.#plan.sort((a, b) => b.at_us - a.at_us);
  }

  #switch({ appliance, direction }: Switching): void {
    for (let leg = 0; leg < LEGS; leg++) {
      this.#applianceActive_mW[leg] += direction * appliance.active_mW[leg];
      this.#applianceReactive_mvar[leg] += direction * appliance.reactive_mvar[leg];
    }
  }

  #minute(now_us: number): void {
    const random = this.#random;
    const day = Math.floor(now_us / DAY_US);
    const hour = (now_us % DAY_US) / 3600e6;
    const sun = this.#pvPeak_mW === 0 ? 0 : this.#sky.nextMinute() * clearSky(FIRST_DAY_OF_YEAR + day, hour);
    const pvLeg_mW = Math.round((this.#pvPeak_mW * sun) / LEGS);

    this.#hum += 0.2 * (random.between(-1, 1) - this.#hum);
    for (let leg = 0; leg < LEGS; leg++) {
      // The router and the television's supply stand on leg A, so it carries more.
      const standby_mW = Math.round(this.#standby_mW * (leg === 0 ? 0.6 : 0.4) * (1 + 0.3 * this.#hum));
      this.#restActive_mW[leg] = standby_mW - pvLeg_mW;
      this.#restReactive_mvar[leg] = Math.round(INVERTER_REACTIVE_RATIO * pvLeg_mW - 0.5 * standby_mW);
    }

    // The street's voltage is lowest in the evening, the air warmest in the afternoon.
    this.#sag += 0.1 * (random.between(-1, 1) - this.#sag);
    this.#supply_mV = 121_000 + Math.round(1500 * Math.cos(((hour - 7.5) * Math.PI) / 12) + 1500 * this.#sag);
    this.#temperature_dC = Math.round(210 + 60 * Math.cos(((hour - 15) * Math.PI) / 12) + 20 * this.#hum);
    this.#frequency_mHz = 60_000 + Math.round(20 * this.#sag);
  }
}
