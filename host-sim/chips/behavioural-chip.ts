import {
  PollStatus,
  Supply,
  SupplyLimit,
  type Measurements,
  type MeteringChip,
  type PollSample,
} from "hal/metering-chip";
import { apparentPower, EnergyBank, MILLIWATT_HOUR } from "../load/energy";
import type { Feed, Measuring } from "../load/feed";
import type { Flow } from "../load/load";

/** Whoever knows the simulated time: the world. */
export interface Time {
  readonly now_us: number;
}

/** What one count of an ATM90E32AS at 3200 imp/kWh is worth: 3.125 mWh. */
const COUNT_NUMERATOR = 25;
const COUNT_DENOMINATOR = 8;
export const COUNT = (MILLIWATT_HOUR * COUNT_NUMERATOR) / COUNT_DENOMINATOR;

const NOMINAL_mV = 120_000;

/** A metering chip without a bus: the counts of an ATM90E32AS whose every read succeeds. */
export class BehaviouralChip implements MeteringChip, Measuring {
  readonly countNumerator = COUNT_NUMERATOR;
  readonly countDenominator = COUNT_DENOMINATOR;
  readonly phases: number;
  readonly #time: Time;
  readonly #feed: Feed;
  readonly #bank = new EnergyBank(COUNT);
  readonly #inTotal: readonly boolean[];
  /** What is wrong with the supply, and what was at any time since the last poll. */
  #supply = 0;
  #kept = 0;

  constructor(time: Time, feed: Feed) {
    this.#time = time;
    this.#feed = feed;
    this.phases = feed.load.phases;
    this.#inTotal = [true, this.phases > 1, this.phases > 2];
    feed.advanceTo(time.now_us);
    feed.attach(this);
  }

  initialize(keepCounts = false): number {
    this.#feed.advanceTo(this.#time.now_us);
    if (!keepCounts) this.#bank.clear();
    this.#kept = this.#supply;
    return PollStatus.ok;
  }

  /** The supply is gone, and with it what was counted. */
  brownOut(): void {
    this.#feed.advanceTo(this.#time.now_us);
    this.#bank.clear();
  }

  poll(sample: PollSample): number {
    const bank = this.#bank;
    this.#feed.advanceTo(this.#time.now_us);
    bank.flush();
    const counts = sample.counts;
    for (let i = 0; i < counts.length; i++) counts[i] = bank.whole[i];
    bank.whole.fill(0);
    for (let phase = 0; phase < 3; phase++) sample.voltage_mV[phase] = this.#voltage_mV(phase);
    sample.supply = this.#kept;
    this.#kept = this.#supply;
    return PollStatus.ok;
  }

  measure(into: Measurements): number {
    this.#feed.advanceTo(this.#time.now_us);
    const flow = this.#feed.flow;
    into.activePower_mW.fill(0);
    into.reactivePower_mvar.fill(0);
    into.apparentPower_mVA.fill(0);
    for (let phase = 0; phase < this.phases; phase++) {
      const active = flow.activePower_mW[phase];
      const reactive = flow.reactivePower_mvar[phase];
      const apparent = apparentPower(active, reactive);
      const voltage = flow.voltage_mV[phase];
      into.voltage_mV[phase] = this.#voltage_mV(phase);
      into.current_mA[phase] = voltage > 0 ? Math.floor((1000 * apparent) / voltage) : 0;
      setPowers(into, phase + 1, active, reactive, apparent);
      setPowers(
        into,
        0,
        into.activePower_mW[0] + active,
        into.reactivePower_mvar[0] + reactive,
        into.apparentPower_mVA[0] + apparent,
      );
    }
    into.frequency_mHz = Math.round(flow.frequency_mHz / 10) * 10;
    into.temperature_dC = Math.round(flow.temperature_dC / 10) * 10;
    return PollStatus.ok;
  }

  flowChanged(flow: Flow): void {
    this.#bank.setFlow(flow, this.#inTotal);
    this.#supply = this.#supplyOf(flow);
    this.#kept |= this.#supply;
  }

  elapsed(us: number): void {
    this.#bank.elapse(us);
  }

  #supplyOf(flow: Flow): number {
    let supply = flow.reversed && this.phases === 3 ? 1 << Supply.sequence : 0;
    for (let phase = 0; phase < this.phases; phase++) {
      const share = flow.voltage_mV[phase] / NOMINAL_mV;
      if (share < SupplyLimit.sag) supply |= 1 << (Supply.sag + phase);
      if (share > SupplyLimit.swell) supply |= 1 << (Supply.swell + phase);
      if (share < SupplyLimit.phaseLoss) supply |= 1 << (Supply.phaseLoss + phase);
    }
    return supply;
  }

  /** As the chip tells it, in steps of 10 mV. */
  #voltage_mV(phase: number): number {
    return phase < this.phases ? Math.floor(this.#feed.flow.voltage_mV[phase] / 10) * 10 : 0;
  }
}

function setPowers(
  into: Measurements,
  channel: number,
  active: number,
  reactive: number,
  apparent: number,
): void {
  into.activePower_mW[channel] = active;
  into.reactivePower_mvar[channel] = reactive;
  into.apparentPower_mVA[channel] = apparent;
  into.powerFactor_permille[channel] = apparent > 0 ? Math.round((1000 * active) / apparent) : 0;
}
