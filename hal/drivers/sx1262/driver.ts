import {
  BIT_RATE,
  centre_kHz,
  CLEAR_BELOW_DBM,
  frameTime_us,
  MAX_FRAME_BYTES,
  SETTLING_MS,
  WHITENING_SEED,
} from "hal/channel-plan";
import type { Clock } from "hal/clock";
import type { DigitalInput, DigitalOutput } from "hal/digital-pin";
import { Bus } from "hal/drivers/sx1262/bus";
import {
  ChipMode,
  frequencyWord,
  Irq,
  Opcode,
  Register,
  RX_CONTINUOUS,
  timeoutWord,
  TX_CLAMP_BITS,
} from "hal/drivers/sx1262/commands";
import { configuration, packetParameters } from "hal/drivers/sx1262/configuration";
import { Hopper } from "hal/drivers/hopper";
import { RadioCounters } from "hal/radio-counters";
import type { OneShot } from "hal/one-shot";
import type { HopSchedule, Radio } from "hal/radio";
import type { Spi } from "hal/spi";

export interface Sx1262Options {
  /** Mode 0, at most 16 Mbit/s. */
  spi: Spi;
  busy: DigitalInput;
  /** Active low. */
  reset: DigitalOutput;
  /** Rising edge. */
  dio1: DigitalInput;
  clock: Pick<Clock, "now_ms">;
  /** Blocks; used by {@link Sx1262.channelClear} only, and only on a channel just turned to. */
  delay_ms: (ms: number) => void;
  timer: OneShot;
  /** At the chip, -9 to 22. */
  power_dBm: number;
  /** Code of SetDIO3AsTcxoCtrl: 0 for 1.6 V, 2 for 1.8 V, 7 for 3.3 V. Left out where the board has a crystal. */
  tcxoVoltage?: number;
}

const State = Object.freeze({ resetting: 0, starting: 1, listening: 2, sending: 3 });

/** At least 100 us (DS.SX1261-2, 8.1). */
const RESET_MS = 1;
/** Between looks at BUSY while the chip starts or calibrates itself. */
const START_STEP_MS = 1;
const START_STEPS = 50;
/** How long a chip that never got ready is left alone. */
const ABSENT_MS = 1000;
/** How often a chip that is quiet is asked whether it still listens. */
const WATCH_MS = 250;
/** Until a frame that should have left is given up: by the chip, and later, where the chip says nothing, here. */
const CHIP_MARGIN_US = 3000;
const SEND_MARGIN_MS = 10;
/** Interrupts served in a row; more means that the chip is not itself. */
const MAX_INTERRUPTS = 8;

/**
 * The SX1262 in GFSK (Semtech DS.SX1261-2): always in reception unless it sends. The chip moves the bits and says on
 * DIO1 what has happened; a frame costs about ten transfers.
 *
 * Whatever goes wrong (a command refused, a frame that does not leave, a chip that has lost its settings) ends in a
 * restart of the chip, which takes some 15 ms and is counted by cause; a frame being sent counts as sent.
 */
export class Sx1262 implements Radio {
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  readonly bitRate = BIT_RATE;
  readonly counters = new RadioCounters();
  onReceive: (frame: Uint8Array, length: number, rssi_dBm: number) => void = () => {};
  onSent: () => void = () => {};
  readonly #bus: Bus;
  readonly #reset: DigitalOutput;
  readonly #dio1: DigitalInput;
  readonly #clock: Pick<Clock, "now_ms">;
  readonly #delay_ms: (ms: number) => void;
  readonly #timer: OneShot;
  readonly #configuration: readonly number[][];
  /** Packet parameters, in which the length changes; it is the last but two. */
  readonly #packet = packetParameters(MAX_FRAME_BYTES);
  #state: number = State.resetting;
  readonly #hopper = new Hopper();
  /** Where it listens, as far as it does. */
  #channel = 0;
  /** Commands of the configuration sent, and looks at BUSY in vain, since the reset. */
  #configured = 0;
  #waits = 0;
  #listening_ms = 0;

  constructor(options: Sx1262Options) {
    this.#bus = new Bus(options.spi, options.busy);
    this.#reset = options.reset;
    this.#dio1 = options.dio1;
    this.#clock = options.clock;
    this.#delay_ms = options.delay_ms;
    this.#timer = options.timer;
    this.#configuration = configuration(options.power_dBm, options.tcxoVoltage);
    this.#dio1.onReadable = () => this.#serve();
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
    if (channel !== this.#channel) {
      this.#receiveOn(channel);
      if (!this.#check()) return;
    }
    this.#timer.start(this.#hopper.wait_ms(WATCH_MS));
  }

  transmit(frame: Uint8Array, length: number, channel: number): boolean {
    if (length < 1 || length > MAX_FRAME_BYTES || !this.#ready()) return false;
    const bus = this.#bus;
    this.#tune(channel, length);
    bus.writeFrame(frame, length);
    bus
      .begin(Opcode.SetTx)
      .u24(timeoutWord(frameTime_us(length) + CHIP_MARGIN_US))
      .send();
    if (!this.#check()) return false;
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
    const rssi_dBm = this.#bus.read(Opcode.GetRssiInst, 1) / -2;
    if (elsewhere) this.#receiveOn(before);
    return this.#check() && rssi_dBm < CLEAR_BELOW_DBM;
  }

  /** In reception, and with no frame waiting to be fetched: it would be lost. */
  #ready(): boolean {
    return this.#state === State.listening && this.#dio1.read() === 0;
  }

  #onTimer(): void {
    if (this.#state === State.listening) this.#watch();
    else if (this.#state === State.sending) this.#overdue();
    else this.#start();
  }

  #restart(after_ms: number): void {
    this.#state = State.resetting;
    this.#reset.write(0);
    this.#timer.start(after_ms);
  }

  /**
   * Sends as much of the configuration as BUSY lets through, as calibrations hold it up for milliseconds. Settings
   * cannot be read back: what the chip says of each command is all there is.
   */
  #start(): void {
    const bus = this.#bus;
    if (this.#state === State.resetting) {
      this.#state = State.starting;
      this.#reset.write(1);
      this.#configured = 0;
      this.#waits = 0;
      bus.ok = true;
    }
    while (this.#configured < this.#configuration.length) {
      if (!bus.idle()) {
        this.#wait();
        return;
      }
      if (this.#configured > 0) bus.status();
      bus.sendAll(this.#configuration[this.#configured]);
      this.#configured++;
    }
    this.#setBits(Register.WhiteningMsb, 0x01, WHITENING_SEED >> 8);
    bus.writeRegister(Register.WhiteningLsb, WHITENING_SEED & 0xff);
    this.#setBits(Register.TxClamp, TX_CLAMP_BITS, TX_CLAMP_BITS);
    bus.status();
    if (this.#check()) this.#listen();
  }

  #wait(): void {
    if (++this.#waits < START_STEPS) {
      this.#timer.start(START_STEP_MS);
    } else {
      this.counters.absent++;
      this.#restart(ABSENT_MS);
    }
  }

  #setBits(address: number, mask: number, bits: number): void {
    this.#bus.writeRegister(address, (this.#bus.readRegister(address) & ~mask) | bits);
  }

  /** Leaves reception, as neither frequency nor packet parameters may change in it. */
  #tune(channel: number, length: number): void {
    const bus = this.#bus;
    bus.begin(Opcode.SetFs).send();
    bus
      .begin(Opcode.SetRfFrequency)
      .u32(frequencyWord(centre_kHz(channel)))
      .send();
    this.#packet[this.#packet.length - 3] = length;
    bus.sendAll(this.#packet);
  }

  #receiveOn(channel: number): void {
    this.#channel = channel;
    this.#tune(channel, MAX_FRAME_BYTES);
    this.#bus.begin(Opcode.SetRx).u24(RX_CONTINUOUS).send();
    this.#listening_ms = this.#clock.now_ms();
  }

  #listen(): void {
    this.#state = State.listening;
    this.#receiveOn(this.#hopper.channel);
    if (this.#check()) this.#timer.start(this.#hopper.wait_ms(WATCH_MS));
  }

  #serve(): void {
    for (let i = 0; i < MAX_INTERRUPTS; i++) {
      if (this.#state < State.listening || this.#dio1.read() === 0) return;
      const irq = this.#bus.read(Opcode.GetIrqStatus, 2);
      this.#bus.begin(Opcode.ClearIrqStatus).u16(irq).send();
      if (!this.#check()) return;
      if (this.#state === State.sending) this.#progress(irq);
      else if ((irq & Irq.rxDone) !== 0) this.#received();
    }
    this.counters.commandErrors++;
    this.#recover();
  }

  #progress(irq: number): void {
    if ((irq & Irq.timeout) !== 0) {
      this.counters.timeouts++;
      this.#recover();
    } else if ((irq & Irq.txDone) !== 0) {
      this.#listen();
      this.onSent();
    }
  }

  #received(): void {
    const bus = this.#bus;
    const where = bus.read(Opcode.GetRxBufferStatus, 2);
    const length = where >> 8;
    // The last of three bytes is the average over the frame.
    const rssi_dBm = (bus.read(Opcode.GetPacketStatus, 3) & 0xff) / -2;
    if (length > 0) bus.readFrame(where & 0xff, length);
    if (this.#check() && length > 0) this.onReceive(bus.frame, length, rssi_dBm);
  }

  /** Interrupts can be lost, and chips be reset: asks one that is quiet, and hops where that is due. */
  #watch(): void {
    this.#timer.start(WATCH_MS);
    if (this.#dio1.read() === 1) {
      this.counters.lateInterrupts++;
      this.#serve();
      this.#hop();
      return;
    }
    this.#bus.status();
    if (!this.#check()) return;
    if (this.#bus.mode === ChipMode.rx) {
      this.#hop();
    } else {
      this.counters.resets++;
      this.#recover();
    }
  }

  /** A frame of which the sync word has come, and not yet the end, is heard out first. */
  #hop(): void {
    if (this.#state !== State.listening) return;
    const irq = this.#hopper.channel === this.#channel ? 0 : this.#bus.read(Opcode.GetIrqStatus, 2);
    const hold_ms = (irq & Irq.syncWord) !== 0 ? this.#hopper.hold_ms() : 0;
    if (hold_ms > 0) {
      this.#timer.start(hold_ms);
      return;
    }
    if (irq !== 0) this.#bus.begin(Opcode.ClearIrqStatus).u16(irq).send();
    this.#turn();
  }

  #overdue(): void {
    if (this.#dio1.read() === 1) {
      this.#timer.start(SEND_MARGIN_MS);
      this.counters.lateInterrupts++;
      this.#serve();
    } else {
      this.counters.timeouts++;
      this.#recover();
    }
  }

  /** Whether all commands went through; restarts the chip if not. */
  #check(): boolean {
    if (this.#bus.ok) return true;
    this.counters.commandErrors++;
    this.#recover();
    return false;
  }

  #recover(): void {
    const state = this.#state;
    this.#restart(state === State.starting ? ABSENT_MS : RESET_MS);
    if (state === State.sending) this.onSent();
  }
}
