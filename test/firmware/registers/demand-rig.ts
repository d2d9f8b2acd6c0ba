import { GeneralConfiguration } from "firmware/configuration/general";
import { Demand } from "firmware/registers/demand";
import { Direction } from "firmware/registers/tariff";
import { PollStatus } from "hal/metering-chip";

/** On an hour. */
export const START_S = 1_767_571_200;
export const POLL_S = 5;

export function configured(
  window_min: number,
  subintervals: number,
  coldLoadPickup_min = 0,
): GeneralConfiguration {
  const configuration = new GeneralConfiguration();
  configuration.demandWindow_min = window_min;
  configuration.demandSubintervals = subintervals;
  configuration.coldLoadPickup_min = coldLoadPickup_min;
  return configuration;
}

function inMilliwattHours(energy_Ws: number): number {
  return Math.floor((energy_Ws * 10) / 36);
}

/** A meter's demand, polled every 5 s of a clock that starts on an hour. */
export class Bench {
  readonly demand: Demand;
  now_s = START_S;
  /** What the clock is off. */
  wrong_s = 0;
  delivered_mWh = 0;
  received_mWh = 0;

  constructor(configuration: GeneralConfiguration) {
    this.demand = new Demand(configuration);
    this.poll();
  }

  poll(status: number = PollStatus.ok, late_ms = 0): void {
    const utc_ms = (this.now_s + this.wrong_s) * 1000 + late_ms;
    const uptime_ms = (this.now_s - START_S) * 1000 + late_ms;
    this.demand.take(utc_ms, uptime_ms, this.delivered_mWh, this.received_mWh, status);
  }

  #delivered_Ws = 0;
  #received_Ws = 0;

  /** Lets a constant power flow. */
  flow(minutes: number, power_W: number, received_W = 0): void {
    for (let second = 0; second < minutes * 60; second += POLL_S) {
      this.now_s += POLL_S;
      const delivered_mWh = inMilliwattHours(this.#delivered_Ws);
      const received_mWh = inMilliwattHours(this.#received_Ws);
      this.#delivered_Ws += power_W * POLL_S;
      this.#received_Ws += received_W * POLL_S;
      this.delivered_mWh += inMilliwattHours(this.#delivered_Ws) - delivered_mWh;
      this.received_mWh += inMilliwattHours(this.#received_Ws) - received_mWh;
      this.poll();
    }
  }

  /** Nothing runs meanwhile. */
  pause(minutes: number, energy_mWh = 0): void {
    this.now_s += minutes * 60;
    this.delivered_mWh += energy_mWh;
  }

  get peak(): [power_W: number, afterStart_s: number] {
    const { power_W, end_s } = this.demand.peaks[Direction.delivered];
    return [power_W, end_s - START_S];
  }
}
