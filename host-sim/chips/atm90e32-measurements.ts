import { LOW_WORD, Register } from "hal/drivers/atm90e32/registers";
import { apparentPower } from "../load/energy";
import type { Flow } from "../load/load";
import type { FrontEnd } from "./atm90e32-front-end";

const POWER_LSB_MW = 0.32;

/** Writes the measurement registers (DS46003, 0xB0 to 0xFF) for what flows. */
export function writeMeasurements(
  registers: Uint16Array,
  frontEnd: FrontEnd,
  flow: Flow,
  inTotal: readonly boolean[],
  temperatureOn: boolean,
): void {
  frontEnd.measure(flow);
  const seen = frontEnd.seen;
  let active = 0;
  let reactive = 0;
  let apparent = 0;
  for (let phase = 0; phase < 3; phase++) {
    const p = seen.activePower_mW[phase];
    const q = seen.reactivePower_mvar[phase];
    const s = apparentPower(p, q);
    setPowers(registers, phase + 1, p, q, s);
    set32(registers, Register.UrmsA + phase, (seen.voltage_mV[phase] / 10) * 0x10000);
    set32(registers, Register.IrmsA + phase, Math.min(frontEnd.current_mA[phase], 0xffff) * 0x10000);
    if (!inTotal[phase]) continue;
    active += p;
    reactive += q;
    apparent += s;
  }
  setPowers(registers, 0, active, reactive, apparent);
  registers[Register.Freq] = Math.round(flow.frequency_mHz / 10);
  registers[Register.Temp] = temperatureOn ? Math.round(flow.temperature_dC / 10) : 0;
}

function setPowers(registers: Uint16Array, channel: number, p: number, q: number, s: number): void {
  set32(registers, Register.PmeanT + channel, p / POWER_LSB_MW);
  set32(registers, Register.QmeanT + channel, q / POWER_LSB_MW);
  set32(registers, Register.SmeanT + channel, s / POWER_LSB_MW);
  registers[Register.PFmeanT + channel] = s > 0 ? Math.round((1000 * p) / s) : 0;
}

/** Stores modulo 2^32, which is two's complement. */
function set32(registers: Uint16Array, address: number, value: number): void {
  const rounded = Math.round(value);
  registers[address] = Math.floor(rounded / 0x10000);
  registers[address + LOW_WORD] = rounded;
}
