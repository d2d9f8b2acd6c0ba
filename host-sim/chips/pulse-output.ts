import type { PulseCounter } from "hal/pulse-counter";
import { MILLIWATT_HOUR } from "../load/energy";
import type { Feed, Measuring } from "../load/feed";
import type { Flow } from "../load/load";
import type { Time } from "./behavioural-chip";

const MILLIWATT_HOURS_A_KILOWATT_HOUR = 1e6;

/** The pulses at a metering chip's CF pin, counted: energy of the signed sum of the phases, in either direction. */
export class PulseOutput implements PulseCounter, Measuring {
  readonly #time: Time;
  readonly #feed: Feed;
  readonly #pulse_mWus: number;
  #power_mW = 0;
  #pulses = 0;
  #rest_mWus = 0;

  /** @param pulseConstant imp/kWh */
  constructor(time: Time, feed: Feed, pulseConstant: number) {
    this.#time = time;
    this.#feed = feed;
    this.#pulse_mWus = (MILLIWATT_HOUR * MILLIWATT_HOURS_A_KILOWATT_HOUR) / pulseConstant;
    feed.advanceTo(time.now_us);
    feed.attach(this);
  }

  count(): number {
    this.#feed.advanceTo(this.#time.now_us);
    return this.#pulses;
  }

  flowChanged({ activePower_mW }: Flow): void {
    this.#power_mW = Math.abs(activePower_mW[0] + activePower_mW[1] + activePower_mW[2]);
  }

  elapsed(us: number): void {
    const energy_mWus = this.#rest_mWus + this.#power_mW * us;
    const pulses = Math.floor(energy_mWus / this.#pulse_mWus);
    this.#pulses += pulses;
    this.#rest_mWus = energy_mWus - pulses * this.#pulse_mWus;
  }
}
