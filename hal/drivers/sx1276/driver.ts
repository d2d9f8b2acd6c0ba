import { centre_kHz, MAX_FRAME_BYTES } from "hal/channel-plan";
import type { DigitalInput } from "hal/digital-pin";
import { RadioDriver, State, type RadioDriverOptions } from "hal/drivers/radio-driver";
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
import type { Spi } from "hal/spi";

export interface Sx1276Options extends RadioDriverOptions {
  /** Mode 0, at most 10 Mbit/s. */
  spi: Spi;
  /** Rising edge. */
  dio0: DigitalInput;
  /** Both edges. */
  dio1: DigitalInput;
  /** At the chip, 2 to 17. */
  power_dBm: number;
}

/** After a reset (DS_SX1276, 7.2.2). */
const START_MS = 6;
/** The calibration takes about 10 ms. */
const CALIBRATION_STEP_MS = 5;
const CALIBRATION_STEPS = 10;
/**
 * Bytes moved at a time. With the threshold as low as that in reception, and as far from full in sending, an
 * interrupt may come 48 bytes late: 3.8 ms.
 */
const CHUNK = 16;
const RECEIVE_THRESHOLD = CHUNK - 1;
const SEND_THRESHOLD = START_WITH_FIRST_BYTE | (FIFO_BYTES - CHUNK - 1);

/**
 * The SX1276 in FSK packet mode (Semtech DS_SX1276, 4.2). Its FIFO holds 64 bytes, so longer frames are moved piece by
 * piece while they are on the air; a frame for which that comes too late is lost and counted.
 *
 * The signal strength of a frame is measured when its first 16 bytes are in; of one that ends before that, too late.
 * A restart takes some 20 ms.
 */
export class Sx1276 extends RadioDriver {
  readonly #bus: Bus;
  readonly #configuration: readonly number[];
  /** A frame as the FIFO has it, its length first. */
  readonly #sent = new Uint8Array(1 + MAX_FRAME_BYTES);
  readonly #received = new Uint8Array(1 + MAX_FRAME_BYTES);
  readonly #frame = this.#received.subarray(1);
  /** Bytes of {@link #sent} given to the FIFO, or of {@link #received} taken from it. */
  #at = 0;
  #rssi_dBm = 0;
  #calibrating = false;
  #waits = 0;

  constructor(options: Sx1276Options) {
    super(options, options.dio0);
    this.#bus = new Bus(options.spi);
    this.#configuration = configuration(options.power_dBm);
    options.dio1.onReadable = () => this.serve();
  }

  protected start(): void {
    if (this.state === State.resetting) {
      this.state = State.starting;
      this.reset.write(1);
      this.#calibrating = false;
      this.timer.start(START_MS);
    } else if (this.#calibrating) {
      this.calibrated();
    } else {
      this.configure();
    }
  }

  /** Empties the FIFO, too. */
  protected tuneIn(): void {
    this.tune(this.channel, RECEIVE_THRESHOLD);
    this.#bus.write(Register.OpMode, Mode.rx);
  }

  protected send(frame: Uint8Array, length: number, channel: number): boolean {
    const sent = this.#sent;
    sent[0] = length;
    for (let i = 0; i < length; i++) sent[1 + i] = frame[i]!;
    this.tune(channel, SEND_THRESHOLD);
    this.#bus.write(Register.IrqFlags2, Flag.fifoOverrun);
    this.fill(FIFO_BYTES);
    this.#bus.write(Register.OpMode, Mode.tx);
    return true;
  }

  protected rssi_dBm(): number {
    return this.#bus.read(Register.RssiValue) / -2;
  }

  protected serve(): void {
    if (this.state === State.listening) this.drain();
    else if (this.state === State.sending) this.refill();
  }

  protected watch(): void {
    const flags = this.#bus.read(Register.IrqFlags2);
    if (this.#bus.read(Register.OpMode) !== Mode.rx) {
      this.counters.resets++;
      this.recover();
      return;
    }
    if ((flags & (Flag.payloadReady | Flag.fifoLevel | Flag.fifoOverrun)) !== 0) {
      this.counters.lateInterrupts++;
      this.drain();
    }
    // A frame that is arriving is heard out first.
    const arriving = this.#at > 0 || (flags & Flag.fifoEmpty) === 0;
    if (!(arriving && this.hopDue && this.hold())) this.turn();
  }

  private configure(): void {
    const bus = this.#bus;
    if (bus.read(Register.Version) !== VERSION) {
      this.absent();
      return;
    }
    bus.write(Register.OpMode, Mode.sleep);
    bus.write(Register.OpMode, Mode.standby);
    const table = this.#configuration;
    for (let i = 0; i < table.length; i += 2) bus.write(table[i], table[i + 1]);
    bus.writeFrequency(frequencyWord(centre_kHz(this.channel)));
    bus.write(Register.ImageCal, IMAGE_CAL_START);
    this.#calibrating = true;
    this.#waits = 0;
    this.timer.start(CALIBRATION_STEP_MS);
  }

  private calibrated(): void {
    if ((this.#bus.read(Register.ImageCal) & IMAGE_CAL_RUNNING) === 0) this.receive();
    else if (++this.#waits < CALIBRATION_STEPS) this.timer.start(CALIBRATION_STEP_MS);
    else this.absent();
  }

  /** Leaves reception, as the frequency may not change in it. */
  private tune(channel: number, threshold: number): void {
    const bus = this.#bus;
    bus.write(Register.OpMode, Mode.standby);
    bus.writeFrequency(frequencyWord(centre_kHz(channel)));
    bus.write(Register.FifoThresh, threshold);
    this.#at = 0;
  }

  private refill(): void {
    const flags = this.#bus.read(Register.IrqFlags2);
    const whole = this.#at > this.#sent[0];
    if ((flags & Flag.packetSent) !== 0 || (!whole && (flags & Flag.fifoEmpty) !== 0)) {
      if (!whole) this.counters.fifoErrors++;
      this.receive();
      this.onSent();
    } else if (!whole && (flags & Flag.fifoLevel) === 0) {
      this.fill(CHUNK);
    }
  }

  /** Puts up to `most` bytes more into the FIFO. */
  private fill(most: number): void {
    const count = Math.min(most, 1 + this.#sent[0] - this.#at);
    this.#bus.writeFifo(this.#sent, this.#at, count);
    this.#at += count;
  }

  private drain(): void {
    const bus = this.#bus;
    for (;;) {
      const flags = bus.read(Register.IrqFlags2);
      if ((flags & Flag.fifoOverrun) !== 0) {
        this.counters.fifoErrors++;
        this.receiveOn(this.channel);
        return;
      }
      const ready = (flags & Flag.payloadReady) !== 0;
      if (!ready && (flags & Flag.fifoLevel) === 0) return;
      if (this.#at === 0) {
        this.#rssi_dBm = this.rssi_dBm();
        this.take(1);
      }
      const left = 1 + this.#received[0] - this.#at;
      this.take(ready ? left : Math.min(left, CHUNK - 1));
      if (this.#at > this.#received[0]) {
        this.#at = 0;
        if (this.#received[0] > 0) this.onReceive(this.#frame, this.#received[0], this.#rssi_dBm);
        return;
      }
    }
  }

  private take(count: number): void {
    this.#bus.readFifo(this.#received, this.#at, count);
    this.#at += count;
  }
}
