import { BIT_RATE, CLEAR_BELOW_DBM, frameTime_us, MAX_FRAME_BYTES, SETTLING_MS } from "hal/channel-plan";
import type { Clock } from "hal/clock";
import type { DigitalInput, DigitalOutput } from "hal/digital-pin";
import { Hopper } from "hal/drivers/hopper";
import type { OneShot } from "hal/one-shot";
import type { HopSchedule, Radio } from "hal/radio";
import { RadioCounters } from "hal/radio-counters";

/** What every radio chip is wired to beside its bus and its interrupts. */
export interface RadioDriverOptions {
  /** Active low. */
  reset: DigitalOutput;
  clock: Pick<Clock, "now_ms">;
  /** Blocks; used by {@link Radio.channelClear} only, and only on a channel just turned to. */
  delay_ms: (ms: number) => void;
  timer: OneShot;
}

/** From {@link State.listening} on, the chip is set up. */
export const State = Object.freeze({ resetting: 0, starting: 1, listening: 2, sending: 3 });

/** At least 100 us (DS.SX1261-2, 8.1; DS_SX1276, 7.2.2). */
const RESET_MS = 1;
/** How long a chip that never got ready is left alone. */
const ABSENT_MS = 1000;
/** How often a chip that is quiet is asked whether it still listens. */
const WATCH_MS = 250;
/** After the end of a frame, until one of which the chip has said nothing is given up. */
const SEND_MARGIN_MS = 10;

/**
 * A radio chip that is always in reception unless it sends, and raises an interrupt while it holds a whole frame or has
 * sent one. A chip's own driver moves its settings and frames; when it listens, hops, sends, and is given up, stands
 * here.
 *
 * Whatever goes wrong ends in a restart of the chip, which is counted by cause; a frame being sent counts as sent.
 */
export abstract class RadioDriver implements Radio {
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  readonly bitRate = BIT_RATE;
  readonly counters = new RadioCounters();
  onReceive: (frame: Uint8Array, length: number, rssi_dBm: number) => void = () => {};
  onSent: () => void = () => {};
  protected readonly timer: OneShot;
  protected readonly reset: DigitalOutput;
  protected readonly interrupt: DigitalInput;
  protected state: number = State.resetting;
  /** Where it listens, as far as it does. */
  protected channel = 0;
  readonly #clock: Pick<Clock, "now_ms">;
  readonly #delay_ms: (ms: number) => void;
  readonly #hopper = new Hopper();
  #listening_ms = 0;

  constructor(options: RadioDriverOptions, interrupt: DigitalInput) {
    this.reset = options.reset;
    this.timer = options.timer;
    this.interrupt = interrupt;
    this.#clock = options.clock;
    this.#delay_ms = options.delay_ms;
    this.interrupt.onReadable = () => this.serve();
    this.timer.onExpired = () => this.onTimer();
    this.restart(RESET_MS);
  }

  /** A step from the reset, in which the chip is held, to {@link receive}; it sets the timer for the next. */
  protected abstract start(): void;

  /** Puts the chip into reception on {@link channel}. */
  protected abstract tuneIn(): void;

  /** Sends a frame whose length is in range. False: the chip refused it, and is being restarted. */
  protected abstract send(frame: Uint8Array, length: number, channel: number): boolean;

  /** On the channel it listens to. */
  protected abstract rssi_dBm(): number;

  /** Sees to what the chip has raised an interrupt for, in any state. */
  protected abstract serve(): void;

  /** Interrupts can be lost, and chips be reset: asks one that was quiet, and hops where that is due. */
  protected abstract watch(): void;

  /** False: the chip did not do as it was told, and is being restarted. A chip that tells nothing is believed. */
  protected check(): boolean {
    return true;
  }

  listen(channel: number): void {
    this.#hopper.stay(channel);
    this.turn();
  }

  follow(schedule: HopSchedule, clock: Pick<Clock, "now_ms">): void {
    this.#hopper.follow(schedule, clock);
    this.turn();
  }

  transmit(frame: Uint8Array, length: number, channel: number): boolean {
    if (length < 1 || length > MAX_FRAME_BYTES || !this.ready()) return false;
    if (!this.send(frame, length, channel)) return false;
    this.state = State.sending;
    this.timer.start(Math.ceil(frameTime_us(length) / 1000) + SEND_MARGIN_MS);
    return true;
  }

  channelClear(channel: number): boolean {
    if (!this.ready()) return false;
    const elsewhere = channel !== this.channel;
    const before = this.channel;
    if (elsewhere) this.receiveOn(channel);
    // Of the clock's milliseconds the first is not a whole one.
    if (this.#clock.now_ms() - this.#listening_ms <= SETTLING_MS) this.#delay_ms(SETTLING_MS);
    const rssi_dBm = this.rssi_dBm();
    if (elsewhere) this.receiveOn(before);
    return this.check() && rssi_dBm < CLEAR_BELOW_DBM;
  }

  /** The chip is set up, or has sent: listens from now on. */
  protected receive(): void {
    this.state = State.listening;
    this.receiveOn(this.#hopper.channel);
    if (this.check()) this.timer.start(this.#hopper.wait_ms(WATCH_MS));
  }

  protected receiveOn(channel: number): void {
    this.channel = channel;
    this.tuneIn();
    this.#listening_ms = this.#clock.now_ms();
  }

  protected get hopDue(): boolean {
    return this.state === State.listening && this.#hopper.channel !== this.channel;
  }

  /** Puts a hop off for a frame that is arriving. False: it has waited for longer than a frame takes. */
  protected hold(): boolean {
    const hold_ms = this.#hopper.hold_ms();
    if (hold_ms > 0) this.timer.start(hold_ms);
    return hold_ms > 0;
  }

  /** Listens where it ought to by now. */
  protected turn(): void {
    if (this.state !== State.listening) return;
    const channel = this.#hopper.channel;
    if (channel !== this.channel) {
      this.receiveOn(channel);
      if (!this.check()) return;
    }
    this.timer.start(this.#hopper.wait_ms(WATCH_MS));
  }

  protected absent(): void {
    this.counters.absent++;
    this.restart(ABSENT_MS);
  }

  /** Restarts the chip, after a cause that has been counted. */
  protected recover(): void {
    const state = this.state;
    this.restart(state === State.starting ? ABSENT_MS : RESET_MS);
    if (state === State.sending) this.onSent();
  }

  /** In reception, and with no whole frame waiting to be fetched: it would be lost. */
  private ready(): boolean {
    return this.state === State.listening && this.interrupt.read() === 0;
  }

  private onTimer(): void {
    if (this.state === State.sending) {
      this.overdue();
    } else if (this.state === State.listening) {
      this.timer.start(WATCH_MS);
      this.watch();
    } else {
      this.start();
    }
  }

  private overdue(): void {
    if (this.interrupt.read() === 1) {
      this.timer.start(SEND_MARGIN_MS);
      this.counters.lateInterrupts++;
      this.serve();
    } else {
      this.counters.timeouts++;
      this.recover();
    }
  }

  private restart(after_ms: number): void {
    this.state = State.resetting;
    this.reset.write(0);
    this.timer.start(after_ms);
  }
}
