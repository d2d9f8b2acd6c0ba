import { calibrationWords, UNCALIBRATED, type Calibration } from "hal/drivers/ade7953/calibration";
import { CONFIG_LOCKED, GAIN_ONE, NO_LOAD, OPTIMUM, Register } from "hal/drivers/ade7953/registers";

/** Channels are written whether they are wired or not: a stray write to the other one is seen as well. */
const CHANNELS = 2;

/** What is written at initialization, in this order: address, value, address, value, … */
export function configurationWords(calibration: Calibration | undefined): Int32Array {
  const table: number[] = [];
  table.push(Register.CONFIG, CONFIG_LOCKED);
  table.push(Register.OPTIMUM, OPTIMUM);
  // Accumulators keep what was read, and count net: forward less reverse.
  table.push(Register.LCYCMODE, 0, Register.ACCMODE, 0);
  table.push(Register.PGA_V, 0, Register.PGA_IA, 0, Register.PGA_IB, 0);
  table.push(Register.DISNOLOAD, 0);
  table.push(Register.AP_NOLOAD, NO_LOAD, Register.VAR_NOLOAD, NO_LOAD, Register.VA_NOLOAD, 0);
  table.push(Register.AVGAIN, calibration?.voltageGain ?? GAIN_ONE);
  for (let channel = 0; channel < CHANNELS; channel++) {
    calibrationWords(table, channel, calibration?.channels[channel] ?? UNCALIBRATED);
  }
  return new Int32Array(table);
}
