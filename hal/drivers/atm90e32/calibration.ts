import { GAIN_ONE, Register } from "hal/drivers/atm90e32/registers";

/** Register words that calibrate one phase, as the functions of this file compute them. */
export interface PhaseCalibration {
  readonly voltageOffset: number;
  readonly currentOffset: number;
  readonly voltageGain: number;
  readonly currentGain: number;
  readonly activeOffset: number;
  readonly reactiveOffset: number;
  readonly powerGain: number;
  readonly phaseAngle: number;
}

/** One entry a wired phase, from A on. */
export type Calibration = readonly PhaseCalibration[];

/** What a reset leaves: gains of one, no offsets. */
export const UNCALIBRATED: PhaseCalibration = Object.freeze({
  voltageOffset: 0,
  currentOffset: 0,
  voltageGain: GAIN_ONE,
  currentGain: GAIN_ONE,
  activeOffset: 0,
  reactiveOffset: 0,
  powerGain: 0,
  phaseAngle: 0,
});

/** Phi steps for an error of 1 at power factor 0.5 inductive (application note 46103, phase angle calibration). */
const PHASE_STEPS_60HZ = 3136.449;
const PHASE_STEPS_50HZ = 3763.739;
const DELAY_VOLTAGE = 0x8000;
const MAX_DELAY = 0x3ff;

/**
 * Adds the words of `phase` (0 to 2) to `table` (address, value, …) in the order in which calibration is done:
 * each step is measured with those before it in effect (application note 46103, calibration).
 */
export function calibrationWords(table: number[], phase: number, words: PhaseCalibration): void {
  const rms = 4 * phase;
  const power = 2 * phase;
  table.push(Register.UoffsetA + rms, words.voltageOffset);
  table.push(Register.IoffsetA + rms, words.currentOffset);
  table.push(Register.UgainA + rms, words.voltageGain);
  table.push(Register.IgainA + rms, words.currentGain);
  table.push(Register.PoffsetA + power, words.activeOffset);
  table.push(Register.QoffsetA + power, words.reactiveOffset);
  table.push(Register.PQGainA + power, words.powerGain);
  table.push(Register.PhiA + power, words.phaseAngle);
}

/** Voltage or current offset from the 32-bit reading without input. */
export function rmsOffset(reading: number): number {
  return -(reading >> 7) & 0xffff;
}

/** Voltage or current gain from the gain in effect, the reference's value and the value measured. */
export function gain(old: number, reference: number, measured: number): number {
  return Math.min(0xffff, Math.round((old * reference) / measured));
}

/** Active or reactive power offset from the 32-bit power reading without current. */
export function powerOffset(reading: number): number {
  return -reading & 0xffff;
}

/** Power gain from the relative error of energy (0.01 is 1 % too much) at power factor 1. */
export function powerGain(error: number): number {
  return Math.round((-error / (1 + error)) * 0x8000) & 0xffff;
}

/**
 * Phase compensation from the relative error of energy at power factor 0.5 inductive, all else calibrated. Sign and
 * magnitude: current is delayed, or with bit 15 voltage, by steps of 1 / 2.048 MHz.
 */
export function phaseAngle(error: number, lineFrequency_Hz: number): number {
  const steps = Math.round(error * (lineFrequency_Hz === 60 ? PHASE_STEPS_60HZ : PHASE_STEPS_50HZ));
  const delay = Math.min(MAX_DELAY, Math.abs(steps));
  return steps < 0 ? DELAY_VOLTAGE | delay : delay;
}
