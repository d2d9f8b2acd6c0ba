import type { Clock } from "hal/clock";
import { Bus, oneBitApart } from "hal/drivers/atm90e32/bus";
import type { Calibration } from "hal/drivers/atm90e32/calibration";
import { configurationWords } from "hal/drivers/atm90e32/configuration";
import { EnergyRegisters } from "hal/drivers/atm90e32/energy";
import { readMeasurements } from "hal/drivers/atm90e32/measurements";
import {
  LOCK,
  PLCONST_HIGH,
  Register,
  RESET,
  TEMP_CONFIG_1,
  TEMP_CONFIG_2,
  UNLOCK,
} from "hal/drivers/atm90e32/registers";
import { SupplyState } from "hal/drivers/atm90e32/supply";
import { PollStatus, type Measurements, type MeteringChip, type PollSample } from "hal/metering-chip";
import type { Spi } from "hal/spi";

export interface Atm90e32Options {
  /** Mode 3, at most 1.1 Mbit/s. */
  spi: Spi;
  /** Blocks; used by {@link Atm90e32.initialize} only. */
  delay_ms: (ms: number) => void;
  clock: Clock;
  phases: number;
  lineFrequency_Hz: 50 | 60;
  calibration?: Calibration;
  /**
   * 2 where currents pass the 65.535 A of the current registers and the chip is calibrated to show half of them:
   * currents, powers and what a count is worth are doubled.
   */
  currentScale?: number;
}

const PRESENCE_TRIES = 4;
const INITIALIZE_TRIES = 8;
const CHECK_TRIES = 3;
const RESET_TIME_MS = 10;
const CONFIGURATION_CHECK_MS = 60_000;
/** From the last poll before a restart of the software to the first after it. */
const RESTART_MS = 10_000;
const NOT_CONFIGURED = -1;

/**
 * The ATM90E32AS (Microchip DS46003), polled at least every 10 s.
 *
 * Bus noise is met by {@link Bus}. A read that goes to a wrong register, or that is cut off after it has cleared one,
 * shows in the balance of the totals against the phases. Then every register is read once more: one that was not read
 * the first time still has its counts. What does not balance even so is held until the next poll if the chip has
 * stopped answering, as it may still have the rest; otherwise only what is sure counts, at once, since a second fault
 * could hide the first, and {@link givenUp} says how much may be missing.
 *
 * Not seen by it: with three phases, a read of A or B that goes to C while A or B has next to nothing to count. Then
 * the counts of C go to the wrong phase; the total is right.
 */
export class Atm90e32 implements MeteringChip {
  readonly countNumerator: number;
  readonly countDenominator = 8;
  readonly phases: number;
  readonly #bus: Bus;
  readonly #delay_ms: (ms: number) => void;
  readonly #clock: Clock;
  readonly #configuration: Uint16Array;
  readonly #currentScale: number;
  readonly #energy: EnergyRegisters;
  readonly #supply: SupplyState;
  #held = false;
  #digest = NOT_CONFIGURED;
  #lastPoll_ms = 0;
  #lastCheck_ms = 0;

  constructor(options: Atm90e32Options) {
    const phases = options.phases;
    this.phases = phases;
    this.#bus = new Bus(options.spi);
    this.#delay_ms = options.delay_ms;
    this.#clock = options.clock;
    this.#configuration = configurationWords(phases, options.lineFrequency_Hz, options.calibration);
    this.#currentScale = options.currentScale ?? 1;
    this.countNumerator = 25 * this.#currentScale;
    this.#energy = new EnergyRegisters(this.#bus, phases);
    this.#supply = new SupplyState(this.#bus, phases);
  }

  /** Upper bound of the counts that any one register of active, reactive or apparent energy has lost to faults. */
  get givenUp(): Float64Array {
    return this.#energy.givenUp;
  }

  initialize(keepCounts = false): number {
    if (keepCounts && this.takeUp()) return PollStatus.ok;
    // A command hit on the bus can write a register that no table lists. Two configurations in a row, each from a
    // reset, do not go wrong alike.
    let before = NOT_CONFIGURED;
    for (let i = 0; i < INITIALIZE_TRIES; i++) {
      const digest = this.reset() ? this.configure() : NOT_CONFIGURED;
      if (digest !== NOT_CONFIGURED && digest === before) {
        this.#energy.reset();
        this.#supply.begin();
        this.begin(digest, 0);
        return PollStatus.ok;
      }
      before = digest;
    }
    this.#digest = NOT_CONFIGURED;
    return PollStatus.noAnswer;
  }

  poll(sample: PollSample): number {
    this.#bus.noise = false;
    this.#bus.astray = 0;
    const presence = this.presence();
    if (presence !== PollStatus.ok) {
      sample.counts.fill(0);
      sample.voltage_mV.fill(0);
      sample.supply = 0;
      return presence === PollStatus.restarted ? this.restart(sample) : presence;
    }
    let status = this.pollEnergy(sample.counts);
    for (let phase = 0; phase < 3; phase++) {
      sample.voltage_mV[phase] = phase < this.phases ? this.#bus.readSteady(Register.UrmsA + phase) * 10 : 0;
    }
    sample.supply = this.#supply.read();
    if (this.#clock.now_ms() - this.#lastCheck_ms >= CONFIGURATION_CHECK_MS)
      status |= this.checkConfiguration();
    if (this.#bus.noise) status |= PollStatus.noise;
    return status;
  }

  measure(into: Measurements): number {
    if (this.presence() !== PollStatus.ok) return PollStatus.noAnswer;
    readMeasurements(this.#bus, this.phases, this.#currentScale, into);
    return PollStatus.ok;
  }

  /** Whether the chip is there, and still configured: a reset clears MeterEn. Touches no energy register. */
  private presence(): number {
    const bus = this.#bus;
    for (let i = 0; i < PRESENCE_TRIES; i++) {
      const answer = bus.read(Register.MeterEn);
      if (answer === 1) return this.#digest === NOT_CONFIGURED ? PollStatus.restarted : PollStatus.ok;
      if (!oneBitApart(answer, 1)) bus.astray++;
    }
    const reset =
      bus.readSteady(Register.MeterEn) === 0 && bus.readSteady(Register.PLconstH) === PLCONST_HIGH;
    return reset ? PollStatus.restarted : PollStatus.noAnswer;
  }

  /** The chip lost its counts, so what is held cannot be completed any more. */
  private restart(sample: PollSample): number {
    if (!this.#held) return this.initialize() === PollStatus.ok ? PollStatus.restarted : PollStatus.noAnswer;
    this.#energy.limit();
    sample.counts.set(this.#energy.counts);
    this.#energy.clear();
    this.#held = false;
    this.initialize();
    return PollStatus.restarted | PollStatus.lost;
  }

  private pollEnergy(counts: Int32Array): number {
    const energy = this.#energy;
    const started_ms = this.#clock.now_ms();
    counts.fill(0);
    if (!energy.read(started_ms - this.#lastPoll_ms)) return PollStatus.noAnswer;
    this.#lastPoll_ms = started_ms;
    let status = energy.overflowing() ? PollStatus.overflow : PollStatus.ok;
    let settled = energy.settle();
    if (!settled) {
      energy.readAgain(this.#clock.now_ms() - started_ms);
      settled = energy.settle();
    }
    energy.add();
    this.#held = !settled && this.presence() !== PollStatus.ok;
    if (this.#held) return status | PollStatus.held;
    if (!energy.limit()) status |= PollStatus.lost;
    counts.set(energy.counts);
    energy.clear();
    return status;
  }

  private checkConfiguration(): number {
    this.#lastCheck_ms = this.#clock.now_ms();
    const bus = this.#bus;
    for (let i = 0; i < CHECK_TRIES; i++) {
      if (
        bus.readSteady(Register.CRCErrStatus) === 0 &&
        bus.readSteady(Register.CRCDigest) === this.#digest
      ) {
        return PollStatus.ok;
      }
    }
    if (this.presence() !== PollStatus.ok) return PollStatus.ok;
    // Without a reset the counts in the chip stay. A register that the table does not list needs one; should that
    // fail, the next poll finds no configuration.
    if (this.configure() === this.#digest) return PollStatus.configuration;
    this.initialize();
    return PollStatus.configuration | PollStatus.restarted;
  }

  /** Takes up a chip that went on while the software restarted, if it is configured as it should be. */
  private takeUp(): boolean {
    const bus = this.#bus;
    const table = this.#configuration;
    if (bus.readSteady(Register.MeterEn) !== 1 || bus.readSteady(Register.CRCErrStatus) !== 0) return false;
    for (let i = 0; i < table.length; i += 2) {
      if (bus.readSteady(table[i]) !== table[i + 1]) return false;
    }
    this.#energy.resume();
    this.#supply.resume();
    this.begin(bus.readSteady(Register.CRCDigest), RESTART_MS);
    return true;
  }

  /** @param counted_ms how long the chip may have counted since it was polled */
  private begin(digest: number, counted_ms: number): void {
    const now_ms = this.#clock.now_ms();
    this.#digest = digest;
    this.#held = false;
    this.#lastPoll_ms = now_ms - counted_ms;
    this.#lastCheck_ms = now_ms;
  }

  private reset(): boolean {
    const bus = this.#bus;
    bus.writeUnchecked(Register.SoftReset, RESET);
    this.#delay_ms(RESET_TIME_MS);
    return bus.readSteady(Register.MeterEn) === 0;
  }

  /** Writes and reads back the configuration; answers its digest, or {@link NOT_CONFIGURED}. */
  private configure(): number {
    const bus = this.#bus;
    const table = this.#configuration;
    if (!bus.write(Register.CfgRegAccEn, UNLOCK)) return NOT_CONFIGURED;
    for (let i = 0; i < table.length; i += 2) {
      if (!bus.write(table[i], table[i + 1])) return NOT_CONFIGURED;
    }
    for (let i = 0; i < table.length; i += 2) {
      if (bus.readSteady(table[i]) !== table[i + 1]) return NOT_CONFIGURED;
    }
    bus.write(Register.TempAccEn, UNLOCK);
    bus.write(Register.TempConfig1, TEMP_CONFIG_1);
    bus.write(Register.TempConfig2, TEMP_CONFIG_2);
    bus.write(Register.TempAccEn, LOCK);
    if (!bus.write(Register.CfgRegAccEn, LOCK)) return NOT_CONFIGURED;
    return bus.readSteady(Register.CRCDigest);
  }
}
