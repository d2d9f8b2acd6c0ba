import type { GeneralConfiguration } from "firmware/configuration/general";
import { RegisterQuantity } from "firmware/registers/obis";
import type { PollListener, Registers } from "firmware/registers/registers";
import { CHANNELS, PollStatus } from "hal/metering-chip";
import type { PulseCounter } from "hal/pulse-counter";

/** Polls that an audit covers: an hour. */
const AUDIT_POLLS = 720;
/** What may be off beside one pulse, which is under way at either end, in thousandths of the energy. */
const TOLERANCE_permille = 1;
/** A poll whose counts come with a later one, or never: pulses and registers part there. */
const PARTING =
  PollStatus.noAnswer | PollStatus.held | PollStatus.lost | PollStatus.restarted | PollStatus.overflow;
const PULSES_MODULUS = 2 ** 32;
const MILLIWATT_HOURS_A_KILOWATT_HOUR = 1e6;
/** Where the total registers stand. */
const DELIVERED = RegisterQuantity.activeDelivered * CHANNELS;
const RECEIVED = RegisterQuantity.activeReceived * CHANNELS;

/**
 * Audits the registers by what the metering chip puts out on its pin: pulses, of energy in either direction, against
 * the advance of the total active registers. It begins anew at a poll that parts the two for a reason already known.
 */
export class PulseAudit implements PollListener {
  /** Audits that ended well, and that did not. */
  passed = 0;
  failed = 0;
  /** An audit failed. @param excess_mWh what the registers have more than the pulses */
  onFailed: (excess_mWh: number) => void = () => {};

  readonly #registers: Registers;
  readonly #pulses: PulseCounter;
  readonly #configuration: GeneralConfiguration;
  #polls = 0;
  #startPulses = 0;
  #startEnergy_mWh = 0;

  /** Listens to `registers`. */
  constructor(registers: Registers, pulses: PulseCounter, configuration: GeneralConfiguration) {
    this.#registers = registers;
    this.#pulses = pulses;
    this.#configuration = configuration;
    registers.listen(this);
  }

  polled(status: number): void {
    if ((status & PARTING) !== 0) {
      this.#polls = 0;
      return;
    }
    if (this.#polls === AUDIT_POLLS) this.audit();
    if (this.#polls === 0) {
      this.#startPulses = this.#pulses.count();
      this.#startEnergy_mWh = this.energy_mWh();
    }
    this.#polls++;
  }

  clockSet(status: number): void {
    this.polled(status);
  }

  private audit(): void {
    this.#polls = 0;
    const pulses = (this.#pulses.count() - this.#startPulses + PULSES_MODULUS) % PULSES_MODULUS;
    const pulse_mWh = MILLIWATT_HOURS_A_KILOWATT_HOUR / this.#configuration.pulseConstant;
    const energy_mWh = this.energy_mWh() - this.#startEnergy_mWh;
    const excess_mWh = energy_mWh - pulses * pulse_mWh;
    if (Math.abs(excess_mWh) <= pulse_mWh + (energy_mWh * TOLERANCE_permille) / 1000) {
      this.passed++;
      return;
    }
    this.failed++;
    this.onFailed(Math.round(excess_mWh));
  }

  private energy_mWh(): number {
    return this.#registers.energy[DELIVERED] + this.#registers.energy[RECEIVED];
  }
}
