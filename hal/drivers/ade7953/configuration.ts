import { calibrationWords, UNCALIBRATED, type Calibration } from "hal/drivers/ade7953/calibration";
import { CONFIG_LOCKED, GAIN_ONE, NO_LOAD, OPTIMUM, Register } from "hal/drivers/ade7953/registers";
import { PEAK_LSB_MV } from "hal/drivers/ade7953/units";
import { SupplyLimit } from "hal/metering-chip";

/** Channels are written whether they are wired or not: a stray write to the other one is seen as well. */
const CHANNELS = 2;

/** Half cycles: three cycles of 60 Hz. */
const SAG_HALF_CYCLES = 6;

/** What is written at initialization, in this order: address, value, address, value, … */
export function configurationWords(nominal_V: number, calibration: Calibration | undefined): Int32Array {
  const table: number[] = [];
  table.push(Register.CONFIG, CONFIG_LOCKED);
  table.push(Register.OPTIMUM, OPTIMUM);
  // Accumulators keep what was read, and count net: forward less reverse.
  table.push(Register.LCYCMODE, 0, Register.ACCMODE, 0);
  table.push(Register.PGA_V, 0, Register.PGA_IA, 0, Register.PGA_IB, 0);
  table.push(Register.DISNOLOAD, 0);
  table.push(Register.AP_NOLOAD, NO_LOAD, Register.VAR_NOLOAD, NO_LOAD, Register.VA_NOLOAD, 0);
  table.push(Register.SAGCYC, SAG_HALF_CYCLES);
  table.push(Register.SAGLVL, level(SupplyLimit.sag * nominal_V));
  table.push(Register.OVLVL, level(SupplyLimit.swell * nominal_V));
  table.push(Register.AVGAIN, calibration?.voltageGain ?? GAIN_ONE);
  for (let channel = 0; channel < CHANNELS; channel++) {
    calibrationWords(table, channel, calibration?.channels[channel] ?? UNCALIBRATED);
  }
  return new Int32Array(table);
}

/** The peak of `voltage_V`. */
function level(voltage_V: number): number {
  return Math.round((voltage_V * 1000) / PEAK_LSB_MV);
}
