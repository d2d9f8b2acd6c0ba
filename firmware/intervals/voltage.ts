import type { Registers } from "firmware/registers/registers";

/** The lowest and the mean of the voltages of an interval's polls, over all wired phases. */
export class IntervalVoltage {
  #lowest_mV = Infinity;
  #sum_mV = 0;
  #count = 0;

  observe({ sample: { voltage_mV }, phases }: Registers): void {
    for (let phase = 0; phase < phases; phase++) {
      const phase_mV = voltage_mV[phase];
      // 0 is "not known"; a dead phase still shows some noise.
      if (phase_mV === 0) continue;
      this.#sum_mV += phase_mV;
      this.#count++;
      if (phase_mV < this.#lowest_mV) this.#lowest_mV = phase_mV;
    }
  }

  /** Tenths of a volt; 0 where none is known. */
  get minimum_dV(): number {
    return this.#count > 0 ? Math.round(this.#lowest_mV / 100) : 0;
  }

  get mean_dV(): number {
    return this.#count > 0 ? Math.round(this.#sum_mV / this.#count / 100) : 0;
  }

  reset(): void {
    this.#lowest_mV = Infinity;
    this.#sum_mV = 0;
    this.#count = 0;
  }
}
