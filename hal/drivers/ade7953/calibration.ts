import { GAIN_MAX, GAIN_MIN, GAIN_ONE, GAIN_STRIDE, Register } from "hal/drivers/ade7953/registers";
import { PHASE_CLOCK_HZ } from "hal/drivers/ade7953/units";

/** Register words that calibrate one current channel, as the functions of this file compute them. */
export interface ChannelCalibration {
  readonly currentGain: number;
  readonly activeGain: number;
  readonly reactiveGain: number;
  readonly apparentGain: number;
  readonly phaseAngle: number;
}

/**
 * Calibrated in this order: voltage and current, which act on everything after them; then phase angle; then the three
 * powers, each so that 1 Wh (varh, VAh) makes 30,000 counts.
 */
export interface Calibration {
  readonly voltageGain: number;
  /** One entry a wired phase, from A on. */
  readonly channels: readonly ChannelCalibration[];
}

/** What a reset leaves: gains of one. */
export const UNCALIBRATED: ChannelCalibration = Object.freeze({
  currentGain: GAIN_ONE,
  activeGain: GAIN_ONE,
  reactiveGain: GAIN_ONE,
  apparentGain: GAIN_ONE,
  phaseAngle: 0,
});

const ADVANCE = 0x200;
const MAX_STEPS = 0x1ff;
/** Tangent of the phase angle at power factor 0.5: what an error of phase is multiplied by there. */
const TANGENT = Math.sqrt(3);

/** Adds the words of `channel` (0 or 1) to `table` (address, value, …). */
export function calibrationWords(table: number[], channel: number, words: ChannelCalibration): void {
  const gains = GAIN_STRIDE * channel;
  table.push(Register.PHCALA + channel, words.phaseAngle);
  table.push(Register.AIGAIN + gains, words.currentGain);
  table.push(Register.AWGAIN + gains, words.activeGain);
  table.push(Register.AVARGAIN + gains, words.reactiveGain);
  table.push(Register.AVAGAIN + gains, words.apparentGain);
}

/** A gain from the one in effect, what should have been read or counted with it, and what was (AN-1118). */
export function gain(old: number, expected: number, actual: number): number {
  return Math.max(GAIN_MIN, Math.min(GAIN_MAX, Math.round((old * expected) / actual)));
}

/**
 * Phase calibration from the relative error of energy at power factor 0.5 inductive, all else calibrated. Sign and
 * magnitude in 10 bits: current is delayed, or with bit 9 advanced, by steps of 1.117 µs.
 */
export function phaseAngle(error: number, lineFrequency_Hz: number): number {
  const lead_s = error / TANGENT / (2 * Math.PI * lineFrequency_Hz);
  const steps = Math.round(lead_s * PHASE_CLOCK_HZ);
  const delay = Math.min(MAX_STEPS, Math.abs(steps));
  return steps < 0 ? ADVANCE | delay : delay;
}
