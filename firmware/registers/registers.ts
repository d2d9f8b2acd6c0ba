import type { UtcClock } from "firmware/clock/utc";
import { EventCode, type EventLog } from "firmware/events/log";
import { Timer, type Kernel } from "firmware/kernel/kernel";
import { Accumulator } from "firmware/registers/accumulator";
import type { Checkpoint } from "firmware/registers/checkpoint";
import type { RetainedRecords } from "firmware/storage/retained";
import { Measurements, PollSample, PollStatus, type MeteringChip } from "hal/metering-chip";
import type { Watchdog } from "hal/watchdog";

export const POLL_PERIOD_ms = 5_000;
/** From the start to a first poll, so that what flows is seen to count before a period is over. */
const FIRST_POLL_ms = 500;

/** Registers are written to flash so often; so much energy may be missing after a cut without warning. */
export const CHECKPOINT_PERIOD_ms = 10_000;
/** A slewing clock and a busy processor move polls by less. */
const TOLERANCE_ms = 20;

/** The event of each bit of {@link PollStatus}, from bit 0 on. */
const FAULT_EVENTS = Object.freeze([
  EventCode.chipSilent,
  EventCode.countsHeld,
  EventCode.countsLost,
  EventCode.chipRestarted,
  EventCode.configurationRepaired,
  EventCode.chipOverflow,
  EventCode.busNoise,
]);

/** Who is told of every poll, in the order of {@link Registers.listen}. Called after the registers took it up. */
export interface PollListener {
  /** @param status {@link PollStatus} of the poll */
  polled(status: number): void;

  /**
   * The clock was set for the first time or was off by more than a second; a poll was made at that moment.
   * @param error_ms see {@link UtcClock.onSet}
   */
  clockSet(status: number, error_ms: number): void;
}

export interface RegistersOptions {
  kernel: Kernel;
  chip: MeteringChip;
  utc: UtcClock;
  events: EventLog;
  pollPeriod_ms?: number;
  /** Where absent, registers start from 0 whenever the software does. */
  retained?: RetainedRecords;
  /** Where absent, registers start from 0 after a power failure. */
  checkpoint?: Checkpoint;
  /** Fed at every poll. */
  watchdog?: Watchdog;
}

/**
 * The register-accumulation task: moves what the metering chip counted into energy registers that only grow. It polls
 * on multiples of its period in UTC, so that there is a poll on every interval boundary; while the time is not known,
 * a period after the poll before.
 */
export class Registers {
  /** {@link Accumulator.energy} */
  readonly energy: Float64Array;
  /** UTC and uptime of the last poll; UTC is 0 where it was not known. */
  polledUtc_ms = 0;
  polled_ms = 0;
  /** {@link PollStatus} of the last poll. */
  status = 0;
  polls = 0;
  /** Polls in which a channel's active energy was counted in both directions, so that its quadrants are a guess. */
  turnedPolls = 0;
  /** Counts and voltages of the last poll. */
  readonly sample = new PollSample();
  /** As {@link measure} last read them. */
  readonly measurements = new Measurements();
  /** Whether the registers went on from a record that a restart has left. */
  readonly resumed: boolean;
  /** UTC at which the registers that this start goes on from were last written to flash; 0 where it is not known. */
  readonly restoredUtc_ms: number;

  readonly #listeners: PollListener[] = [];
  readonly #chip: MeteringChip;
  readonly #utc: UtcClock;
  readonly #events: EventLog;
  readonly #period_ms: number;
  readonly #timer: Timer;
  readonly #firstPoll: Timer;
  readonly #accumulator: Accumulator;
  readonly #checkpoint: Checkpoint | undefined;
  #saved_ms = 0;
  /** The last poll is in the checkpoint. */
  #isSaved = true;
  readonly #watchdog: Watchdog | undefined;
  #dueUtc_ms = 0;

  constructor({
    kernel,
    chip,
    utc,
    events,
    pollPeriod_ms = POLL_PERIOD_ms,
    retained,
    checkpoint,
    watchdog,
  }: RegistersOptions) {
    this.#chip = chip;
    this.#utc = utc;
    this.#events = events;
    this.#period_ms = pollPeriod_ms;
    this.#timer = new Timer(kernel, () => this.onTimer());
    this.#firstPoll = new Timer(kernel, () => this.poll());
    this.#watchdog = watchdog;
    this.#checkpoint = checkpoint;
    this.#accumulator = new Accumulator(chip, retained);
    this.energy = this.#accumulator.energy;
    this.resumed = this.#accumulator.resume(checkpoint);
    this.restoredUtc_ms = checkpoint?.utc_ms ?? 0;
    utc.onSet = (error_ms) => this.onClockSet(error_ms);
  }

  get phases(): number {
    return this.#chip.phases;
  }

  /** Tells `listener` of every poll from now on, after those that listen already. */
  listen(listener: PollListener): void {
    this.#listeners.push(listener);
  }

  /** Initialises the chip and polls it from now on; after a restart at once, as its counters run on. */
  start(): void {
    this.report(this.#chip.initialize(this.resumed));
    if (this.resumed) {
      this.poll();
    } else {
      this.#accumulator.save();
      this.#firstPoll.startIn(FIRST_POLL_ms);
    }
    this.arm();
  }

  /** {@link Accumulator.raise} */
  raise(totals: Float64Array, modulus: number): void {
    this.#accumulator.raise(totals, modulus);
  }

  /** Writes the registers to flash now, as they were at the last poll. */
  save(): void {
    if (this.#checkpoint === undefined || this.#isSaved) return;
    this.#saved_ms = this.polled_ms;
    this.#isSaved = this.#accumulator.checkpoint(this.#checkpoint, this.polledUtc_ms);
    if (!this.#isSaved) this.#events.fault(EventCode.storageFailed);
  }

  /** Polls now, beside the polls that are due. */
  poll(): void {
    this.take();
    for (let i = 0; i < this.#listeners.length; i++) this.#listeners[i].polled(this.status);
  }

  /** Reads the instantaneous values into {@link measurements} now. Answers a {@link PollStatus}. */
  measure(): number {
    const status = this.#chip.measure(this.measurements);
    this.report(status);
    return status;
  }

  private onTimer(): void {
    // The clock may have been slowed down since the timer was set; the first poll may have come at this very moment.
    const isDue = !this.#utc.known || this.#utc.utc_ms() >= this.#dueUtc_ms;
    if (isDue && this.#utc.uptime_ms() !== this.polled_ms) this.poll();
    this.arm();
  }

  private onClockSet(error_ms: number): void {
    this.take();
    for (let i = 0; i < this.#listeners.length; i++) this.#listeners[i].clockSet(this.status, error_ms);
    if (this.#timer.armed) this.arm();
  }

  private arm(): void {
    const period_ms = this.#period_ms;
    if (!this.#utc.known) {
      this.#timer.startIn(period_ms);
      return;
    }
    this.#dueUtc_ms = (Math.floor(this.#utc.utc_ms() / period_ms) + 1) * period_ms;
    this.#timer.startAt(this.#utc.toLocal_ms(this.#dueUtc_ms));
  }

  private take(): void {
    const now_ms = this.#utc.uptime_ms();
    this.status = this.#chip.poll(this.sample);
    this.polled_ms = now_ms;
    this.polledUtc_ms = this.#utc.utc_ms();
    this.polls++;
    this.#isSaved = false;
    if (this.#accumulator.take(this.sample)) this.turnedPolls++;
    this.#accumulator.save();
    // The next poll would be too late.
    if (now_ms - this.#saved_ms + this.#period_ms > CHECKPOINT_PERIOD_ms + TOLERANCE_ms) this.save();
    this.#watchdog?.feed();
    this.report(this.status);
  }

  private report(status: number): void {
    if (status === PollStatus.ok) return;
    for (let bit = 0; bit < FAULT_EVENTS.length; bit++)
      if ((status & (1 << bit)) !== 0) this.#events.fault(FAULT_EVENTS[bit]);
  }
}
