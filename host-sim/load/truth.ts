import { countIndex, Quantity } from "hal/metering-chip";
import { EnergyBank, MILLIWATT_HOUR } from "./energy";
import type { Feed, Measuring } from "./feed";
import type { Flow } from "./load";

const ALL_PHASES = [true, true, true];

/**
 * What really flowed, in whole mWh and the remainder below one, by quantity and channel (0 total over the signed sum
 * of the phases, 1 to 3 phases A to C).
 */
export class Truth implements Measuring {
  readonly #bank = new EnergyBank(MILLIWATT_HOUR);

  constructor(private readonly feed: Feed) {
    feed.attach(this);
  }

  /** Times never go back. */
  advanceTo(at_us: number): void {
    this.feed.advanceTo(at_us);
    this.#bank.flush();
  }

  /** Whole mWh (mvarh, mVAh) from time 0 to where it was last advanced. */
  energy_mWh(quantity: number, channel: number): number {
    return this.#bank.whole[countIndex(quantity, channel)];
  }

  /** What {@link energy_mWh} leaves out, in [0, 1) mWh. */
  remainder_mWh(quantity: number, channel: number): number {
    return this.#bank.rest[countIndex(quantity, channel)] / MILLIWATT_HOUR;
  }

  /** Active energy delivered up to `at_us`: the cumulative curve, asked as time goes on. */
  deliveredTotal_mWh(at_us: number): number {
    this.advanceTo(at_us);
    return this.energy_mWh(Quantity.activeDelivered, 0);
  }

  receivedTotal_mWh(at_us: number): number {
    this.advanceTo(at_us);
    return this.energy_mWh(Quantity.activeReceived, 0);
  }

  flowChanged(flow: Flow): void {
    this.#bank.setFlow(flow, ALL_PHASES);
  }

  elapsed(us: number): void {
    this.#bank.elapse(us);
  }
}
