import type { Bus } from "hal/drivers/ade7953/bus";
import { Register } from "hal/drivers/ade7953/registers";
import { CURRENT_LSB_MA, PERIOD_CLOCK_HZ, POWER_LSB_MW, VOLTAGE_LSB_MV } from "hal/drivers/ade7953/units";
import type { Measurements } from "hal/metering-chip";

/** The chip has one voltage input, which stands for all phases. */
export function readVoltage_mV(bus: Bus): number {
  return Math.round(bus.readSteady(Register.VRMS) * VOLTAGE_LSB_MV);
}

/** Reads what the chip measures. Totals are signed sums of the phases; it has no thermometer. */
export function readMeasurements(bus: Bus, phases: number, into: Measurements): void {
  const voltage_mV = readVoltage_mV(bus);
  let active_mW = 0;
  let reactive_mvar = 0;
  let apparent_mVA = 0;
  for (let phase = 0; phase < phases; phase++) {
    into.voltage_mV[phase] = voltage_mV;
    into.current_mA[phase] = Math.round(bus.readSteady(Register.IRMSA + phase) * CURRENT_LSB_MA);
    const p = power(bus, Register.AWATT + phase);
    const q = power(bus, Register.AVAR + phase);
    const s = power(bus, Register.AVA + phase);
    setPowers(into, 1 + phase, p, q, s);
    active_mW += p;
    reactive_mvar += q;
    apparent_mVA += s;
  }
  setPowers(into, 0, active_mW, reactive_mvar, apparent_mVA);
  into.frequency_mHz = Math.round((1000 * PERIOD_CLOCK_HZ) / (bus.readSteady(Register.PERIOD) + 1));
}

function power(bus: Bus, address: number): number {
  return Math.round(bus.readSteady(address) * POWER_LSB_MW);
}

function setPowers(
  into: Measurements,
  channel: number,
  active_mW: number,
  reactive_mvar: number,
  apparent_mVA: number,
): void {
  into.activePower_mW[channel] = active_mW;
  into.reactivePower_mvar[channel] = reactive_mvar;
  into.apparentPower_mVA[channel] = apparent_mVA;
  into.powerFactor_permille[channel] = apparent_mVA > 0 ? Math.round((1000 * active_mW) / apparent_mVA) : 0;
}
