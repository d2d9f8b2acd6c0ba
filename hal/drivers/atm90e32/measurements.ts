import type { Bus } from "hal/drivers/atm90e32/bus";
import { LOW_WORD, Register } from "hal/drivers/atm90e32/registers";
import type { Measurements } from "hal/metering-chip";

const TEAR_TRIES = 4;

/** Reads what the chip measures about three times a second. Units of its registers: DS46003, measurement registers. */
export function readMeasurements(bus: Bus, phases: number, currentScale: number, into: Measurements): void {
  for (let phase = 0; phase < phases; phase++) {
    into.voltage_mV[phase] = bus.readSteady(Register.UrmsA + phase) * 10;
    into.current_mA[phase] = bus.readSteady(Register.IrmsA + phase) * currentScale;
  }
  for (let channel = 0; channel <= phases; channel++) {
    into.activePower_mW[channel] = power(bus, Register.PmeanT + channel, currentScale);
    into.reactivePower_mvar[channel] = power(bus, Register.QmeanT + channel, currentScale);
    into.apparentPower_mVA[channel] = power(bus, Register.SmeanT + channel, currentScale);
    into.powerFactor_permille[channel] = signed16(bus.readSteady(Register.PFmeanT + channel));
  }
  into.frequency_mHz = bus.readSteady(Register.Freq) * 10;
  into.temperature_dC = signed16(bus.readSteady(Register.Temp)) * 10;
}

/** A power in thousandths of its unit; the register's is 0.32 thousandths. */
function power(bus: Bus, address: number, currentScale: number): number {
  return Math.round((read32(bus, address) * 8 * currentScale) / 25);
}

/** High, low, high again: the chip may update between the two words. */
function read32(bus: Bus, address: number): number {
  let high = bus.readSteady(address);
  let low = 0;
  for (let i = 0; i < TEAR_TRIES; i++) {
    low = bus.readSteady(address + LOW_WORD);
    const again = bus.readSteady(address);
    if (again === high) break;
    high = again;
  }
  return (high << 16) | low;
}

function signed16(word: number): number {
  return (word << 16) >> 16;
}
