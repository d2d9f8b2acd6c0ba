import type { Clock } from "hal/clock";
import type { Bus } from "hal/drivers/ade7953/bus";
import type { Calibration } from "hal/drivers/ade7953/calibration";
import { configurationWords } from "hal/drivers/ade7953/configuration";
import { EnergyAccumulators } from "hal/drivers/ade7953/energy";
import { readMeasurements, readVoltage_mV } from "hal/drivers/ade7953/measurements";
import {
  CONFIG_RESET,
  OPTIMUM,
  OVER_VOLTAGE_FLAG,
  Register,
  RESET_FLAG,
  SAG_FLAG,
  SOFTWARE_RESET,
} from "hal/drivers/ade7953/registers";
import { COUNTS_PER_MWH } from "hal/drivers/ade7953/units";
import {
  PollStatus,
  Supply,
  SupplyLimit,
  type Measurements,
  type MeteringChip,
  type PollSample,
} from "hal/metering-chip";

/** From the last poll before a restart of the software to the first one after, at most: a watchdog's time, and more. */
const RESTART_MS = 20_000;

export interface Ade7953Options {
  /** Over SPI, I2C or UART. */
  bus: Bus;
  /** Blocks; used by {@link Ade7953.initialize} only. */
  delay_ms: (ms: number) => void;
  clock: Clock;
  /** 1 or 2: current channels A and B, on one voltage. */
  phases: 1 | 2;
  /** 120 where absent. */
  nominal_V?: number;
  calibration?: Calibration;
}

const NOMINAL_V = 120;

/** The longest that the data sheet lets a reset take, and how often its flag is looked at. */
const RESET_TIME_MS = 100;
const RESET_STEP_MS = 10;
const INITIALIZE_TRIES = 8;
const CLEAR_TRIES = 8;
const CONFIGURATION_CHECK_MS = 60_000;

/**
 * The ADE7953 (Analog Devices, data sheet revision B): one voltage, two currents. To be polled each second, so that
 * energy that turns is told apart well (see {@link EnergyAccumulators}), and at least every 40 s.
 *
 * No energy that is read here is changed by reading, so that bus noise is met by reading again ({@link Bus}). The chip can
 * reset itself unasked; every poll looks for that after it has read, so that nothing is taken from a chip that had
 * forgotten its calibration.
 */
export class Ade7953 implements MeteringChip {
  readonly countNumerator = 1;
  readonly countDenominator = COUNTS_PER_MWH;
  readonly phases: number;
  readonly #bus: Bus;
  readonly #delay_ms: (ms: number) => void;
  readonly #clock: Clock;
  readonly #configuration: Int32Array;
  readonly #energy: EnergyAccumulators;
  readonly #nominal_mV: number;
  /** IRQSTATA at the last look. */
  #interrupts = 0;
  #configured = false;
  /** The last poll that was believed. */
  #taken_ms = 0;
  #lastCheck_ms = 0;

  constructor({ bus, delay_ms, clock, phases, nominal_V = NOMINAL_V, calibration }: Ade7953Options) {
    this.phases = phases;
    this.#bus = bus;
    this.#delay_ms = delay_ms;
    this.#clock = clock;
    this.#configuration = configurationWords(nominal_V, calibration);
    this.#nominal_mV = nominal_V * 1000;
    this.#energy = new EnergyAccumulators(this.#bus, phases);
  }

  /** Polls in which the active energy of a phase or of the total began to flow the other way. */
  get turnedPolls(): number {
    return this.#energy.turnedPolls;
  }

  get kept(): Int32Array {
    return this.#energy.kept;
  }

  initialize(keepCounts = false): number {
    this.#configured = keepCounts;
    if (keepCounts && this.presence() === PollStatus.ok && this.intact()) {
      this.#lastCheck_ms = this.#clock.now_ms();
      this.#taken_ms = this.#lastCheck_ms - RESTART_MS;
      return PollStatus.ok;
    }
    this.#configured = false;
    for (let i = 0; i < INITIALIZE_TRIES && !this.#configured; i++) {
      this.#configured = this.reset() && this.configure() && this.intact();
    }
    if (!this.#configured) return PollStatus.noAnswer;
    this.#energy.reset();
    this.#lastCheck_ms = this.#clock.now_ms();
    return PollStatus.ok;
  }

  poll(sample: PollSample): number {
    const bus = this.#bus;
    const started_ms = this.#clock.now_ms();
    bus.noise = false;
    bus.unsettled = false;
    sample.counts.fill(0);
    sample.voltage_mV.fill(0);
    sample.supply = 0;
    this.#energy.read();
    if (bus.unsettled) return PollStatus.noAnswer;
    const voltage_mV = readVoltage_mV(bus);
    let presence = this.presence();
    if (presence === PollStatus.ok && this.#energy.doubtful) {
      this.#energy.read();
      presence = this.presence();
    }
    if (bus.unsettled) return PollStatus.noAnswer;
    if (presence === PollStatus.restarted) return this.restart();
    if (presence !== PollStatus.ok) return PollStatus.noAnswer;

    const now_ms = this.#clock.now_ms();
    let status = this.#energy.take(now_ms - this.#taken_ms, sample.counts);
    if (status !== PollStatus.held) this.#taken_ms = started_ms;
    for (let phase = 0; phase < this.phases; phase++) sample.voltage_mV[phase] = voltage_mV;
    sample.supply = this.supply(voltage_mV);
    if (now_ms - this.#lastCheck_ms >= CONFIGURATION_CHECK_MS) status |= this.checkConfiguration();
    if (bus.noise) status |= PollStatus.noise;
    return status;
  }

  measure(into: Measurements): number {
    const presence = this.presence();
    if (presence !== PollStatus.ok) return PollStatus.noAnswer;
    readMeasurements(this.#bus, this.phases, into);
    return PollStatus.ok;
  }

  /** Whether the chip is there and as it was configured: a reset clears one register, and sets a flag. */
  private presence(): number {
    const bus = this.#bus;
    // A chip that was reset is two bits away from this, and dead lines more.
    if (
      this.#configured &&
      bus.read(Register.OPTIMUM) === OPTIMUM &&
      !this.isReset(bus.read(Register.IRQSTATA))
    )
      return PollStatus.ok;
    const config = bus.readSteady(Register.CONFIG);
    if (config === 0 || config === 0xffff) return PollStatus.noAnswer;
    const forgotten = bus.readSteady(Register.OPTIMUM) !== OPTIMUM;
    const reset = forgotten || this.isReset(bus.readSteady(Register.IRQSTATA));
    return reset || !this.#configured ? PollStatus.restarted : PollStatus.ok;
  }

  private isReset(interrupts: number): boolean {
    this.#interrupts = interrupts;
    return (interrupts & RESET_FLAG) !== 0;
  }

  /**
   * What the chip kept since the last poll, and what is by its voltage, which stands for all phases. Keeping starts
   * anew; should a reset have come since {@link presence}, its other sign stays.
   */
  private supply(voltage_mV: number): number {
    const share = voltage_mV / this.#nominal_mV;
    const all = (1 << this.phases) - 1;
    // A single answer is not believed.
    let kept = this.#interrupts & (SAG_FLAG | OVER_VOLTAGE_FLAG);
    if (kept !== 0) kept &= this.#bus.readSteady(Register.IRQSTATA);
    let supply = 0;
    if ((kept & SAG_FLAG) !== 0 || share < SupplyLimit.sag) supply |= all << Supply.sag;
    if ((kept & OVER_VOLTAGE_FLAG) !== 0 || share > SupplyLimit.swell) supply |= all << Supply.swell;
    if (share < SupplyLimit.phaseLoss) supply |= all << Supply.phaseLoss;
    if (kept !== 0) this.#bus.read(Register.RSTIRQSTATA);
    return supply;
  }

  private restart(): number {
    return this.initialize() === PollStatus.ok ? PollStatus.restarted : PollStatus.noAnswer;
  }

  /** From here on the chip counts. */
  private reset(): boolean {
    const bus = this.#bus;
    this.#taken_ms = this.#clock.now_ms();
    bus.writeUnchecked(Register.CONFIG, CONFIG_RESET | SOFTWARE_RESET);
    bus.unsettled = false;
    for (let waited_ms = 0; waited_ms < RESET_TIME_MS; waited_ms += RESET_STEP_MS) {
      this.#delay_ms(RESET_STEP_MS);
      if (this.isReset(bus.readSteady(Register.IRQSTATA))) break;
      if (bus.unsettled) return false;
    }
    return bus.holds(Register.CONFIG, CONFIG_RESET);
  }

  private configure(): boolean {
    const bus = this.#bus;
    const table = this.#configuration;
    for (let i = 0; i < table.length; i += 2) if (!bus.write(table[i], table[i + 1])) return false;
    for (let i = 0; i < CLEAR_TRIES; i++) {
      bus.read(Register.RSTIRQSTATA);
      if (!this.isReset(bus.readSteady(Register.IRQSTATA))) return true;
    }
    return false;
  }

  /** Whether every register is as it was written: a command that was hit on the bus may have gone to another. */
  private intact(): boolean {
    const table = this.#configuration;
    for (let i = 0; i < table.length; i += 2) if (!this.#bus.holds(table[i], table[i + 1])) return false;
    return true;
  }

  /** Without a reset the counts in the chip stay. */
  private checkConfiguration(): number {
    this.#lastCheck_ms = this.#clock.now_ms();
    if (this.intact() || this.presence() !== PollStatus.ok) return PollStatus.ok;
    // Should it not take what is written, the next poll resets it.
    this.#configured = this.configure() && this.intact();
    return PollStatus.configuration;
  }
}
