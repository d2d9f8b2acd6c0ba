/** What the sensors of one phase do wrong; calibration is to undo it. */
export interface SensorErrors {
  /** Relative: 0.03 shows 3 % too much. */
  voltage: number;
  current: number;
  /** The current transformer leads by this. */
  lead_rad: number;
  /** Power that crosstalk adds. */
  leak_mW: number;
  /** Noise that adds to the RMS readings without an input. */
  voltageOffset_mV: number;
  currentOffset_mA: number;
}

export const NO_ERRORS: SensorErrors = Object.freeze({
  voltage: 0,
  current: 0,
  lead_rad: 0,
  leak_mW: 0,
  voltageOffset_mV: 0,
  currentOffset_mA: 0,
});
