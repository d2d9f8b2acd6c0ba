import { GAIN_ONE, PLCONST_HIGH, PLCONST_LOW, Register } from "hal/drivers/atm90e32/registers";
import { apparentPower } from "../load/energy";
import { Flow } from "../load/load";
import { NO_ERRORS, type SensorErrors } from "./sensor-errors";

/** Units of calibration registers, DS46003. */
const PHI_CLOCK_HZ = 2.048e6;
const POWER_LSB_MW = 0.32;
const DELAY_VOLTAGE = 0x8000;
const MAX_DELAY = 0x3ff;
/** An RMS offset counts 2^7 of the 32-bit reading, whose high word is in 10 mV or 1 mA. */
const RMS_OFFSET = 2 ** 7 / 2 ** 16;
const PLCONST = PLCONST_HIGH * 0x10000 + PLCONST_LOW;

/** From what flows to what the chip sees: sensors with their errors, then gains, offsets and phase as registered. */
export class FrontEnd {
  /** What the chip measures; valid after {@link measure}. */
  readonly seen = new Flow();
  readonly current_mA = new Float64Array(3);
  readonly #registers: Uint16Array;
  readonly #errors: readonly SensorErrors[];
  #transparent = true;

  constructor(registers: Uint16Array, errors: readonly SensorErrors[]) {
    this.#registers = registers;
    this.#errors = errors;
  }

  /** The registers changed. */
  configured(): void {
    const registers = this.#registers;
    this.#transparent =
      this.#errors.length === 0 &&
      registers[Register.PLconstH] === PLCONST_HIGH &&
      registers[Register.PLconstL] === PLCONST_LOW;
    for (let phase = 0; phase < 3; phase++) {
      const rms = 4 * phase;
      const power = 2 * phase;
      this.#transparent &&=
        registers[Register.UgainA + rms] === GAIN_ONE &&
        registers[Register.IgainA + rms] === GAIN_ONE &&
        registers[Register.UoffsetA + rms] === 0 &&
        registers[Register.IoffsetA + rms] === 0 &&
        registers[Register.PoffsetA + power] === 0 &&
        registers[Register.QoffsetA + power] === 0 &&
        registers[Register.PQGainA + power] === 0 &&
        registers[Register.PhiA + power] === 0;
    }
  }

  /** Powers that energy is counted from, in units of the nominal PLconst; `flow` itself while nothing alters it. */
  energyFlow(flow: Flow): Flow {
    if (this.#transparent) return flow;
    this.measure(flow);
    const constant = this.#registers[Register.PLconstH] * 0x10000 + this.#registers[Register.PLconstL];
    for (let phase = 0; phase < 3; phase++) {
      this.seen.activePower_mW[phase] = Math.round((this.seen.activePower_mW[phase] * PLCONST) / constant);
      this.seen.reactivePower_mvar[phase] = Math.round(
        (this.seen.reactivePower_mvar[phase] * PLCONST) / constant,
      );
    }
    return this.seen;
  }

  /** Fills {@link seen} and {@link current_mA}. */
  measure(flow: Flow): void {
    for (let phase = 0; phase < 3; phase++) this.#measurePhase(flow, phase);
  }

  /** What the detectors of sags and swells see, in their units (application note 46103): no gain acts on it. */
  detected(flow: Flow, phase: number): number {
    const voltage_V = (flow.voltage_mV[phase] / 1000) * (1 + (this.#errors[phase] ?? NO_ERRORS).voltage);
    return (voltage_V * 100 * Math.SQRT2) / 2;
  }

  #measurePhase(flow: Flow, phase: number): void {
    const registers = this.#registers;
    const errors = this.#errors[phase] ?? NO_ERRORS;
    const rms = 4 * phase;
    const power = 2 * phase;
    const active = flow.activePower_mW[phase];
    const reactive = flow.reactivePower_mvar[phase];
    const voltage = flow.voltage_mV[phase];

    const voltageGain = ((1 + errors.voltage) * registers[Register.UgainA + rms]) / GAIN_ONE;
    const currentGain = ((1 + errors.current) * registers[Register.IgainA + rms]) / GAIN_ONE;
    const voltageOffset_mV = signed(registers[Register.UoffsetA + rms]) * RMS_OFFSET * 10;
    const currentOffset_mA = signed(registers[Register.IoffsetA + rms]) * RMS_OFFSET;
    this.seen.voltage_mV[phase] = voltage * voltageGain + errors.voltageOffset_mV + voltageOffset_mV;
    const current_mA = voltage > 0 ? (1000 * apparentPower(active, reactive)) / voltage : 0;
    this.current_mA[phase] = current_mA * currentGain + errors.currentOffset_mA + currentOffset_mA;

    const phi = registers[Register.PhiA + power];
    const delay = ((phi & DELAY_VOLTAGE ? -1 : 1) * (phi & MAX_DELAY)) / PHI_CLOCK_HZ;
    const lag = (delay * 2 * Math.PI * flow.frequency_mHz) / 1000 - errors.lead_rad;
    const gain = voltageGain * currentGain * (1 + signed(registers[Register.PQGainA + power]) / GAIN_ONE);
    const activeOffset = signed(registers[Register.PoffsetA + power]) * POWER_LSB_MW;
    const reactiveOffset = signed(registers[Register.QoffsetA + power]) * POWER_LSB_MW;
    this.seen.activePower_mW[phase] = Math.round(
      gain * (active * Math.cos(lag) - reactive * Math.sin(lag)) + errors.leak_mW + activeOffset,
    );
    this.seen.reactivePower_mvar[phase] = Math.round(
      gain * (reactive * Math.cos(lag) + active * Math.sin(lag)) + reactiveOffset,
    );
  }
}

function signed(word: number): number {
  return (word << 16) >> 16;
}
