import { GAIN_ONE, GAIN_STRIDE, Register } from "hal/drivers/ade7953/registers";
import { PHASE_CLOCK_HZ } from "hal/drivers/ade7953/units";
import { apparentPower } from "../load/energy";
import type { Flow } from "../load/load";
import { NO_ERRORS, type SensorErrors } from "./sensor-errors";

const CHANNELS = 2;
/** Phase calibration is sign and magnitude. */
const ADVANCE = 0x200;
const MAX_STEPS = 0x1ff;

/**
 * From what flows to what the chip sees: sensors with their errors, then gains and phase as registered. The one voltage
 * is that of phase A. What flows in phase B is taken to be wired to it: its power is the load's, whatever the load says
 * of the voltage of B. Arrays have a third phase, where nothing flows.
 */
export class Ade7953FrontEnd {
  readonly activePower_mW = new Float64Array(3);
  readonly reactivePower_mvar = new Float64Array(3);
  readonly apparentPower_mVA = new Float64Array(3);
  readonly current_mA = new Float64Array(CHANNELS);
  voltage_mV = 0;
  readonly #registers: Int32Array;
  readonly #errors: readonly SensorErrors[];

  /** @param errors by channel; those of voltage are the first one's */
  constructor(registers: Int32Array, errors: readonly SensorErrors[]) {
    this.#registers = registers;
    this.#errors = errors;
  }

  measure(flow: Flow): void {
    const { voltage, voltageOffset_mV } = this.#errors[0] ?? NO_ERRORS;
    const voltageGain = (1 + voltage) * this.#gain(Register.AVGAIN);
    this.voltage_mV = flow.voltage_mV[0] * voltageGain + voltageOffset_mV;
    for (let channel = 0; channel < CHANNELS; channel++) this.#measureChannel(flow, channel, voltageGain);
  }

  #measureChannel(flow: Flow, channel: number, voltageGain: number): void {
    const errors = this.#errors[channel] ?? NO_ERRORS;
    const gains = GAIN_STRIDE * channel;
    const active = flow.activePower_mW[channel];
    const reactive = flow.reactivePower_mvar[channel];
    const voltage = flow.voltage_mV[0];

    const currentGain = (1 + errors.current) * this.#gain(Register.AIGAIN + gains);
    const current_mA = voltage > 0 ? (1000 * apparentPower(active, reactive)) / voltage : 0;
    this.current_mA[channel] = current_mA * currentGain + errors.currentOffset_mA;

    const steps = this.#registers[Register.PHCALA + channel];
    const delay = ((steps & ADVANCE ? -1 : 1) * (steps & MAX_STEPS)) / PHASE_CLOCK_HZ;
    const lag = (delay * 2 * Math.PI * flow.frequency_mHz) / 1000 - errors.lead_rad;
    const gain = voltageGain * currentGain;
    const p = gain * (active * Math.cos(lag) - reactive * Math.sin(lag)) + errors.leak_mW;
    const q = gain * (reactive * Math.cos(lag) + active * Math.sin(lag));
    this.activePower_mW[channel] = Math.round(p * this.#gain(Register.AWGAIN + gains));
    this.reactivePower_mvar[channel] = Math.round(q * this.#gain(Register.AVARGAIN + gains));
    this.apparentPower_mVA[channel] = Math.round(apparentPower(p, q) * this.#gain(Register.AVAGAIN + gains));
  }

  #gain(address: number): number {
    return this.#registers[address] / GAIN_ONE;
  }
}
