import { CHANNELS, countIndex, QUANTITIES, Quantity } from "hal/metering-chip";
import type { Flow } from "./load";

/** Energy is summed in mW·µs, an integer for integer powers and times. */
export const MILLIWATT_HOUR = 3.6e9;

/** Longest step: 300 kW over it, and a remainder, stay below 2^53 mW·µs. */
const STEP_US = 20e6;
const SIZE = QUANTITIES * CHANNELS;

/**
 * Exact integration of a {@link Flow} into whole units and remainders, in the quantities and channels of a metering
 * chip (`countIndex` is the index). The total is summed over the signed sum of its phases, at each moment; total
 * apparent power is the arithmetic sum.
 */
export class EnergyBank {
  readonly whole = new Float64Array(SIZE);
  /** mW·µs, below {@link unit_mWus}. */
  readonly rest = new Float64Array(SIZE);
  readonly #power = new Float64Array(SIZE);
  readonly #apparent_mVA = new Float64Array(3);
  /** Indexes of the powers that are not 0. */
  readonly #flowing = new Int32Array(SIZE);
  #flowingCount = 0;
  #pending_us = 0;

  constructor(readonly unit_mWus: number) {}

  /** From now on `flow` flows; `inTotal` says by phase what the total adds up. */
  setFlow({ activePower_mW, reactivePower_mvar }: Flow, inTotal: readonly boolean[]): void {
    const apparent = this.#apparent_mVA;
    for (let phase = 0; phase < 3; phase++)
      apparent[phase] = apparentPower(activePower_mW[phase], reactivePower_mvar[phase]);
    this.setPowers(activePower_mW, reactivePower_mvar, apparent, inTotal);
  }

  /** The same for powers of which apparent power is one of its own. Integers, by phase. */
  setPowers(
    active_mW: Float64Array,
    reactive_mvar: Float64Array,
    apparent_mVA: Float64Array,
    inTotal: readonly boolean[],
  ): void {
    this.flush();
    for (let k = 0; k < this.#flowingCount; k++) this.#power[this.#flowing[k]] = 0;
    this.#flowingCount = 0;
    let active = 0;
    let reactive = 0;
    let apparent = 0;
    for (let phase = 0; phase < 3; phase++) {
      const p = active_mW[phase];
      const q = reactive_mvar[phase];
      const s = apparent_mVA[phase];
      this.#setChannel(phase + 1, p, q, s);
      if (!inTotal[phase]) continue;
      active += p;
      reactive += q;
      apparent += s;
    }
    this.#setChannel(0, active, reactive, apparent);
  }

  elapse(us: number): void {
    this.#pending_us += us;
  }

  /** Brings {@link whole} and {@link rest} up to date with the time that elapsed. */
  flush(): void {
    while (this.#pending_us > 0) {
      const us = Math.min(this.#pending_us, STEP_US);
      this.#pending_us -= us;
      for (let k = 0; k < this.#flowingCount; k++) {
        const i = this.#flowing[k];
        const energy = this.rest[i] + this.#power[i] * us;
        // Exact: below 2^53 a quotient of integers never rounds up to a whole number.
        const units = Math.floor(energy / this.unit_mWus);
        this.whole[i] = this.whole[i] + units;
        this.rest[i] = energy - units * this.unit_mWus;
      }
    }
  }

  /** Forgets what was counted, remainders too. */
  clear(): void {
    this.flush();
    this.whole.fill(0);
    this.rest.fill(0);
  }

  #setChannel(channel: number, active: number, reactive: number, apparent: number): void {
    const delivered = active >= 0 ? Quantity.activeDelivered : Quantity.activeReceived;
    const direction = reactive >= 0 ? Quantity.reactivePositive : Quantity.reactiveNegative;
    this.#setPower(countIndex(delivered, channel), Math.abs(active));
    this.#setPower(countIndex(direction, channel), Math.abs(reactive));
    this.#setPower(countIndex(Quantity.apparent, channel), apparent);
  }

  #setPower(index: number, power: number): void {
    if (power === 0) return;
    this.#power[index] = power;
    this.#flowing[this.#flowingCount++] = index;
  }
}

export function apparentPower(active_mW: number, reactive_mvar: number): number {
  return Math.round(Math.sqrt(active_mW * active_mW + reactive_mvar * reactive_mvar));
}
