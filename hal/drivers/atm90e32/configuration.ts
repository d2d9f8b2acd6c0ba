import { calibrationWords, UNCALIBRATED, type Calibration } from "hal/drivers/atm90e32/calibration";
import {
  GAIN_ONE,
  MMODE0_60HZ,
  MMODE0_BASE,
  MMODE0_PHASE_A,
  PLCONST_HIGH,
  PLCONST_LOW,
  Register,
} from "hal/drivers/atm90e32/registers";
import { SupplyLimit } from "hal/metering-chip";

/** Below these powers nothing is counted, so that noise does not creep into energy; the unit is 0.32 mW. */
const START_TOTAL = 7500;
const START_PHASE = 750;

/**
 * What is written at initialization, in this order: address, value, address, value, … All of it is covered by the
 * configuration CRC.
 */
export function configurationWords(
  phases: number,
  lineFrequency_Hz: number,
  calibration: Calibration | undefined,
): Uint16Array {
  const nominal_V = lineFrequency_Hz === 60 ? 120 : 230;
  const voltageGain = calibration?.[0]?.voltageGain ?? GAIN_ONE;
  const table: number[] = [];
  table.push(Register.MeterEn, 1);
  table.push(Register.PLconstH, PLCONST_HIGH, Register.PLconstL, PLCONST_LOW);
  table.push(Register.MMode0, mode(phases, lineFrequency_Hz));
  table.push(Register.PStartTh, START_TOTAL, Register.QStartTh, START_TOTAL, Register.SStartTh, START_TOTAL);
  table.push(Register.PPhaseTh, START_PHASE, Register.QPhaseTh, START_PHASE, Register.SPhaseTh, START_PHASE);
  table.push(Register.SagTh, voltageThreshold(SupplyLimit.sag * nominal_V, voltageGain));
  table.push(Register.OVth, voltageThreshold(SupplyLimit.swell * nominal_V, voltageGain));
  table.push(Register.PhaseLossTh, voltageThreshold(SupplyLimit.phaseLoss * nominal_V, voltageGain));
  for (let phase = 0; phase < phases; phase++) {
    calibrationWords(table, phase, calibration?.[phase] ?? UNCALIBRATED);
  }
  return new Uint16Array(table);
}

function mode(phases: number, lineFrequency_Hz: number): number {
  let bits = lineFrequency_Hz === 60 ? MMODE0_BASE | MMODE0_60HZ : MMODE0_BASE;
  for (let phase = 0; phase < phases; phase++) bits |= MMODE0_PHASE_A >> phase;
  return bits;
}

/** Peak of `voltage_V` in the detector's units (application note 46103, sag threshold). */
function voltageThreshold(voltage_V: number, gain: number): number {
  return Math.round((voltage_V * 100 * Math.SQRT2) / ((2 * gain) / GAIN_ONE));
}
