/** What flows through a meter at one instant. Arrays are phases A, B, C. */
export class Flow {
  /** Positive is delivered to the customer. Integers. */
  readonly activePower_mW = new Float64Array(3);
  readonly reactivePower_mvar = new Float64Array(3);
  readonly voltage_mV = new Float64Array(3);
  /** Three phases follow each other in the wrong order. */
  reversed = false;
  frequency_mHz = 60_000;
  temperature_dC = 250;
}

/** What a household, and what stands on its roof, draws from the grid: constant between changes. */
export interface Load {
  /** Phases in use, from A on. */
  readonly phases: number;

  /**
   * Writes what flows from `at_us` (simulated time) on into `flow`, and answers when it next changes (above `at_us`,
   * Infinity for never). Asked with times that never go back; load is 0 before time 0.
   */
  flowAt(at_us: number, flow: Flow): number;
}
