import {
  BIT_RATE,
  centre_kHz,
  CLEAR_BELOW_DBM,
  frameTime_us,
  MAX_FRAME_BYTES,
  SETTLING_MS,
} from "hal/channel-plan";
import type { Clock } from "hal/clock";
import type { DigitalInput, DigitalOutput } from "hal/digital-pin";
import { Bus } from "hal/drivers/sx1276/bus";
import { configuration } from "hal/drivers/sx1276/configuration";
import {
  FIFO_BYTES,
  Flag,
  frequencyWord,
  IMAGE_CAL_RUNNING,
  IMAGE_CAL_START,
  Mode,
  Register,
  START_WITH_FIRST_BYTE,
  VERSION,
} from "hal/drivers/sx1276/registers";
import type { OneShot } from "hal/one-shot";
import { RadioCounters } from "hal/radio-counters";
import type { HopSchedule, Radio } from "hal/radio";
import { Hopper } from "hal/drivers/hopper";
import type { Spi } from "hal/spi";

export interface Sx1276Options {
  /** Mode 0, at most 10 Mbit/s. */
  spi: Spi;
  /** Active low. */
  reset: DigitalOutput;
  /** Rising edge. */
  dio0: DigitalInput;
  /** Both edges. */
  dio1: DigitalInput;
  clock: Pick<Clock, "now_ms">;
  /** Blocks; used by {@link Sx1276.channelClear} only, and only on a channel just turned to. */
  delay_ms: (ms: number) => void;
  timer: OneShot;
  /** At the chip, 2 to 17. */
  power_dBm: number;
}

const State = Object.freeze({ resetting: 0, starting: 1, calibrating: 2, listening: 3, sending: 4 });

/** At least 100 us, then 5 ms (DS_SX1276, 7.2.2). */
const RESET_MS = 1;
const START_MS = 6;
/** The calibration takes about 10 ms. */
const CALIBRATION_STEP_MS = 5;
const CALIBRATION_STEPS = 10;
const ABSENT_MS = 1000;
/** How often a chip that is quiet is asked whether it still listens. */
const WATCH_MS = 250;
const SEND_MARGIN_MS = 10;
/**
 * Bytes moved at a time. With the threshold as low as that in reception, and as far from full in sending, an
 * interrupt may come 48 bytes late: 3.8 ms.
 */
const CHUNK = 16;
const RECEIVE_THRESHOLD = CHUNK - 1;
const SEND_THRESHOLD = START_WITH_FIRST_BYTE | (FIFO_BYTES - CHUNK - 1);

/**
 * The SX1276 in FSK packet mode (Semtech DS_SX1276, 4.2): always in reception unless it sends. Its FIFO holds 64 bytes,
 * so longer frames are moved piece by piece while they are on the air; a frame for which that comes too late is lost
 * and counted.
 *
 * The signal strength of a frame is measured when its first 16 bytes are in; of one that ends before that, too late.
 * Whatever goes wrong otherwise ends in a restart of the chip, which takes some 20 ms and is counted by cause; a frame
 * being sent counts as sent.
 */
export class Sx1276 implements Radio {
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  readonly bitRate = BIT_RATE;
  readonly counters = new RadioCounters();
  onReceive: (frame: Uint8Array, length: number, rssi_dBm: number) => void = () => {};
  onSent: () => void = () => {};
  readonly #bus: Bus;
  readonly #reset: DigitalOutput;
  readonly #dio0: DigitalInput;
  readonly #clock: Pick<Clock, "now_ms">;
  readonly #delay_ms: (ms: number) => void;
  readonly #timer: OneShot;
  readonly #configuration: readonly number[];
  /** A frame as the FIFO has it, its length first. */
  readonly #sent = new Uint8Array(1 + MAX_FRAME_BYTES);
  readonly #received = new Uint8Array(1 + MAX_FRAME_BYTES);
  readonly #frame = this.#received.subarray(1);
  /** Bytes of {@link #sent} given to the FIFO, or of {@link #received} taken from it. */
  #at = 0;
  #rssi_dBm = 0;
  #state: number = State.resetting;
  readonly #hopper = new Hopper();
  /** Where it listens, as far as it does. */
  #channel = 0;
  #waits = 0;
  #listening_ms = 0;

  constructor(options: Sx1276Options) {
    this.#bus = new Bus(options.spi);
    this.#reset = options.reset;
    this.#dio0 = options.dio0;
    this.#clock = options.clock;
    this.#delay_ms = options.delay_ms;
    this.#timer = options.timer;
    this.#configuration = configuration(options.power_dBm);
    options.dio0.onReadable = () => this.#serve();
    options.dio1.onReadable = () => this.#serve();
    this.#timer.onExpired = () => this.#onTimer();
    this.#restart(RESET_MS);
  }

  listen(channel: number): void {
    this.#hopper.stay(channel);
    this.#turn();
  }

  follow(schedule: HopSchedule, clock: Pick<Clock, "now_ms">): void {
    this.#hopper.follow(schedule, clock);
    this.#turn();
  }

  #turn(): void {
    if (this.#state !== State.listening) return;
    const channel = this.#hopper.channel;
    if (channel !== this.#channel) this.#receiveOn(channel);
    this.#timer.start(this.#hopper.wait_ms(WATCH_MS));
  }

  transmit(frame: Uint8Array, length: number, channel: number): boolean {
    if (length < 1 || length > MAX_FRAME_BYTES || !this.#ready()) return false;
    const sent = this.#sent;
    sent[0] = length;
    for (let i = 0; i < length; i++) sent[1 + i] = frame[i]!;
    this.#tune(channel, SEND_THRESHOLD);
    this.#bus.write(Register.IrqFlags2, Flag.fifoOverrun);
    this.#fill(FIFO_BYTES);
    this.#bus.write(Register.OpMode, Mode.tx);
    this.#state = State.sending;
    this.#timer.start(Math.ceil(frameTime_us(length) / 1000) + SEND_MARGIN_MS);
    return true;
  }

  channelClear(channel: number): boolean {
    if (!this.#ready()) return false;
    const elsewhere = channel !== this.#channel;
    const before = this.#channel;
    if (elsewhere) this.#receiveOn(channel);
    // Of the clock's milliseconds the first is not a whole one.
    if (this.#clock.now_ms() - this.#listening_ms <= SETTLING_MS) this.#delay_ms(SETTLING_MS);
    const rssi_dBm = this.#bus.read(Register.RssiValue) / -2;
    if (elsewhere) this.#receiveOn(before);
    return rssi_dBm < CLEAR_BELOW_DBM;
  }

  /** In reception, and with no whole frame waiting to be fetched: it would be lost. */
  #ready(): boolean {
    return this.#state === State.listening && this.#dio0.read() === 0;
  }

  #onTimer(): void {
    switch (this.#state) {
      case State.resetting:
        this.#reset.write(1);
        this.#state = State.starting;
        this.#timer.start(START_MS);
        break;
      case State.starting:
        this.#configure();
        break;
      case State.calibrating:
        this.#calibrated();
        break;
      case State.listening:
        this.#watch();
        break;
      default:
        this.#overdue();
    }
  }

  #restart(after_ms: number): void {
    this.#state = State.resetting;
    this.#reset.write(0);
    this.#timer.start(after_ms);
  }

  #configure(): void {
    const bus = this.#bus;
    if (bus.read(Register.Version) !== VERSION) {
      this.#absent();
      return;
    }
    bus.write(Register.OpMode, Mode.sleep);
    bus.write(Register.OpMode, Mode.standby);
    const table = this.#configuration;
    for (let i = 0; i < table.length; i += 2) bus.write(table[i], table[i + 1]);
    bus.writeFrequency(frequencyWord(centre_kHz(this.#channel)));
    bus.write(Register.ImageCal, IMAGE_CAL_START);
    this.#state = State.calibrating;
    this.#waits = 0;
    this.#timer.start(CALIBRATION_STEP_MS);
  }

  #calibrated(): void {
    if ((this.#bus.read(Register.ImageCal) & IMAGE_CAL_RUNNING) === 0) this.#listen();
    else if (++this.#waits < CALIBRATION_STEPS) this.#timer.start(CALIBRATION_STEP_MS);
    else this.#absent();
  }

  #absent(): void {
    this.counters.absent++;
    this.#restart(ABSENT_MS);
  }

  /** Leaves reception, as the frequency may not change in it. */
  #tune(channel: number, threshold: number): void {
    const bus = this.#bus;
    bus.write(Register.OpMode, Mode.standby);
    bus.writeFrequency(frequencyWord(centre_kHz(channel)));
    bus.write(Register.FifoThresh, threshold);
    this.#at = 0;
  }

  #receiveOn(channel: number): void {
    this.#channel = channel;
    this.#tune(channel, RECEIVE_THRESHOLD);
    // Empties the FIFO, too.
    this.#bus.write(Register.OpMode, Mode.rx);
    this.#listening_ms = this.#clock.now_ms();
  }

  #listen(): void {
    this.#state = State.listening;
    this.#receiveOn(this.#hopper.channel);
    this.#timer.start(this.#hopper.wait_ms(WATCH_MS));
  }

  #serve(): void {
    if (this.#state === State.listening) this.#drain();
    else if (this.#state === State.sending) this.#refill();
  }

  #refill(): void {
    const flags = this.#bus.read(Register.IrqFlags2);
    const whole = this.#at > this.#sent[0];
    if ((flags & Flag.packetSent) !== 0 || (!whole && (flags & Flag.fifoEmpty) !== 0)) {
      if (!whole) this.counters.fifoErrors++;
      this.#listen();
      this.onSent();
    } else if (!whole && (flags & Flag.fifoLevel) === 0) {
      this.#fill(CHUNK);
    }
  }

  /** Puts up to `most` bytes more into the FIFO. */
  #fill(most: number): void {
    const count = Math.min(most, 1 + this.#sent[0] - this.#at);
    this.#bus.writeFifo(this.#sent, this.#at, count);
    this.#at += count;
  }

  #drain(): void {
    const bus = this.#bus;
    for (;;) {
      const flags = bus.read(Register.IrqFlags2);
      if ((flags & Flag.fifoOverrun) !== 0) {
        this.counters.fifoErrors++;
        this.#receiveOn(this.#channel);
        return;
      }
      const ready = (flags & Flag.payloadReady) !== 0;
      if (!ready && (flags & Flag.fifoLevel) === 0) return;
      if (this.#at === 0) {
        this.#rssi_dBm = bus.read(Register.RssiValue) / -2;
        this.#take(1);
      }
      const left = 1 + this.#received[0] - this.#at;
      this.#take(ready ? left : Math.min(left, CHUNK - 1));
      if (this.#at > this.#received[0]) {
        this.#at = 0;
        if (this.#received[0] > 0) this.onReceive(this.#frame, this.#received[0], this.#rssi_dBm);
        return;
      }
    }
  }

  #take(count: number): void {
    this.#bus.readFifo(this.#received, this.#at, count);
    this.#at += count;
  }

  /** Interrupts can be lost, and chips be reset: asks one that is quiet, and hops where that is due. */
  #watch(): void {
    this.#timer.start(WATCH_MS);
    const flags = this.#bus.read(Register.IrqFlags2);
    if (this.#bus.read(Register.OpMode) !== Mode.rx) {
      this.counters.resets++;
      this.#restart(RESET_MS);
      return;
    }
    if ((flags & (Flag.payloadReady | Flag.fifoLevel | Flag.fifoOverrun)) !== 0) {
      this.counters.lateInterrupts++;
      this.#drain();
    }
    this.#hop(this.#at > 0 || (flags & Flag.fifoEmpty) === 0);
  }

  /** A frame that is arriving is heard out first. */
  #hop(arriving: boolean): void {
    if (this.#state !== State.listening) return;
    const hold_ms = arriving && this.#hopper.channel !== this.#channel ? this.#hopper.hold_ms() : 0;
    if (hold_ms > 0) this.#timer.start(hold_ms);
    else this.#turn();
  }

  #overdue(): void {
    if (this.#dio0.read() === 1) {
      this.#timer.start(SEND_MARGIN_MS);
      this.counters.lateInterrupts++;
      this.#refill();
    } else {
      this.counters.timeouts++;
      this.#restart(RESET_MS);
      this.onSent();
    }
  }
}
