import type { GeneralConfiguration } from "firmware/configuration/general";
import { Condition } from "firmware/events/condition";
import { EventCode, type EventLog } from "firmware/events/log";
import type { DigitalInput } from "hal/digital-pin";
import {
  CHANNELS,
  countIndex,
  phasesIn,
  PollStatus,
  Quantity,
  Supply,
  type Measurements,
  type MeteringChip,
  type PollSample,
} from "hal/metering-chip";

/** Levels of the pins: a switch to ground that the cover keeps closed, a reed contact to ground that a magnet closes. */
const COVER_OPEN = 1;
const MAGNET_NEAR = 0;

/** Energy that runs backwards is judged over so long, so that noise never sums up. */
const HOUR_ms = 3_600_000;
const MILLIWATT_HOURS_A_WATT_HOUR = 1000;
/** On a phase without voltage: more than noise shows. */
const LEAST_CURRENT_mA = 200;

export interface TamperOptions {
  chip: MeteringChip;
  /** Where each poll leaves what it found. */
  sample: PollSample;
  /** To measure into. */
  measurements: Measurements;
  events: EventLog;
  configuration: GeneralConfiguration;
  /** Of the meter's cover, and of a magnet near it, where there is such a pin. */
  cover?: DigitalInput | undefined;
  magnet?: DigitalInput | undefined;
}

/** Records what looks like somebody's doing: energy that runs backwards, current without voltage, an open cover. */
export class Tamper {
  readonly #options: TamperOptions;
  readonly #cover: Condition | undefined;
  readonly #magnet: Condition | undefined;
  /** Counts received, total and phases, since the hour began. */
  readonly #received = new Float64Array(CHANNELS);
  #hour_ms = 0;

  constructor(options: TamperOptions) {
    const { events, cover, magnet } = options;
    this.#options = options;
    if (cover) {
      this.#cover = new Condition(events, EventCode.coverOpened);
      cover.onReadable = () => this.look();
    }
    if (magnet) {
      this.#magnet = new Condition(events, EventCode.magnetFound);
      magnet.onReadable = () => this.look();
    }
  }

  /** A poll was made. @param status its {@link PollStatus} */
  polled(status: number): void {
    this.look();
    if ((status & PollStatus.noAnswer) !== 0) return;
    this.watchDirection();
    this.watchLostPhases();
  }

  clockSet(status: number): void {
    this.polled(status);
  }

  /** Levels count, not edges; they are looked at with each poll, too. */
  private look(): void {
    const { cover, magnet } = this.#options;
    if (cover) this.#cover?.see(cover.read() === COVER_OPEN);
    if (magnet) this.#magnet?.see(magnet.read() === MAGNET_NEAR);
  }

  private watchDirection(): void {
    const { chip, sample, events, configuration } = this.#options;
    const now_ms = events.utc.uptime_ms();
    if (now_ms - this.#hour_ms >= HOUR_ms) {
      this.#hour_ms = now_ms;
      this.#received.fill(0);
    }
    for (let channel = 0; channel <= chip.phases; channel++)
      this.#received[channel] += sample.counts[countIndex(Quantity.activeReceived, channel)];
    if (configuration.reverseLimit_Wh === 0) return;
    const perCount_Wh = chip.countNumerator / chip.countDenominator / MILLIWATT_HOURS_A_WATT_HOUR;
    const limit = configuration.reverseLimit_Wh / perCount_Wh;
    if (this.#received[0] > limit) {
      events.fault(EventCode.reverseFlow, Math.floor(this.#received[0] * perCount_Wh));
      return;
    }
    let phases = 0;
    for (let phase = 0; phase < chip.phases; phase++)
      if (this.#received[1 + phase] > limit) phases |= 1 << phase;
    if (phases !== 0) events.fault(EventCode.phaseInverted, phases);
  }

  private watchLostPhases(): void {
    const { chip, sample, measurements, events } = this.#options;
    const all = (1 << chip.phases) - 1;
    const lost = phasesIn(sample.supply, Supply.phaseLoss);
    // Without any voltage the supply has failed, and what is left of it is kept for other things.
    if (lost === 0 || lost === all || chip.measure(measurements) !== PollStatus.ok) return;
    let phases = 0;
    for (let phase = 0; phase < chip.phases; phase++) {
      const flows = measurements.current_mA[phase] >= LEAST_CURRENT_mA;
      if (flows && (lost & (1 << phase)) !== 0) phases |= 1 << phase;
    }
    if (phases !== 0) events.fault(EventCode.currentWithoutVoltage, phases);
  }
}
