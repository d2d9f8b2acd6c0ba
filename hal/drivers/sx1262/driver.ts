import { centre_kHz, frameTime_us, MAX_FRAME_BYTES, WHITENING_SEED } from "hal/channel-plan";
import type { DigitalInput } from "hal/digital-pin";
import { RadioDriver, State, type RadioDriverOptions } from "hal/drivers/radio-driver";
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
import type { Spi } from "hal/spi";

export interface Sx1262Options extends RadioDriverOptions {
  /** Mode 0, at most 16 Mbit/s. */
  spi: Spi;
  busy: DigitalInput;
  /** Rising edge. */
  dio1: DigitalInput;
  /** At the chip, -9 to 22. */
  power_dBm: number;
  /** Code of SetDIO3AsTcxoCtrl: 0 for 1.6 V, 2 for 1.8 V, 7 for 3.3 V. Left out where the board has a crystal. */
  tcxoVoltage?: number;
}

/** Between looks at BUSY while the chip starts or calibrates itself. */
const START_STEP_MS = 1;
const START_STEPS = 50;
/** Until the chip gives up a frame that should have left; the driver does so later. */
const CHIP_MARGIN_US = 3000;
/** Interrupts served in a row; more means that the chip is not itself. */
const MAX_INTERRUPTS = 8;

/**
 * The SX1262 in GFSK (Semtech DS.SX1261-2). The chip moves the bits and says on DIO1 what has happened; a frame costs
 * about ten transfers. It says of each command whether it went through; a restart takes some 15 ms.
 */
export class Sx1262 extends RadioDriver {
  readonly #bus: Bus;
  readonly #configuration: readonly number[][];
  /** Packet parameters, in which the length changes; it is the last but two. */
  readonly #packet = packetParameters(MAX_FRAME_BYTES);
  /** Commands of the configuration sent, and looks at BUSY in vain, since the reset. */
  #configured = 0;
  #waits = 0;

  constructor(options: Sx1262Options) {
    super(options, options.dio1);
    this.#bus = new Bus(options.spi, options.busy);
    this.#configuration = configuration(options.power_dBm, options.tcxoVoltage);
  }

  /**
   * Sends as much of the configuration as BUSY lets through, as calibrations hold it up for milliseconds. Settings
   * cannot be read back: what the chip says of each command is all there is.
   */
  protected start(): void {
    const bus = this.#bus;
    if (this.state === State.resetting) {
      this.state = State.starting;
      this.reset.write(1);
      this.#configured = 0;
      this.#waits = 0;
      bus.ok = true;
    }
    while (this.#configured < this.#configuration.length) {
      if (!bus.idle()) {
        this.wait();
        return;
      }
      if (this.#configured > 0) bus.status();
      bus.sendAll(this.#configuration[this.#configured]);
      this.#configured++;
    }
    this.setBits(Register.WhiteningMsb, 0x01, WHITENING_SEED >> 8);
    bus.writeRegister(Register.WhiteningLsb, WHITENING_SEED & 0xff);
    this.setBits(Register.TxClamp, TX_CLAMP_BITS, TX_CLAMP_BITS);
    bus.status();
    if (this.check()) this.receive();
  }

  protected tuneIn(): void {
    this.tune(this.channel, MAX_FRAME_BYTES);
    this.#bus.begin(Opcode.SetRx).u24(RX_CONTINUOUS).send();
  }

  protected send(frame: Uint8Array, length: number, channel: number): boolean {
    const bus = this.#bus;
    this.tune(channel, length);
    bus.writeFrame(frame, length);
    bus
      .begin(Opcode.SetTx)
      .u24(timeoutWord(frameTime_us(length) + CHIP_MARGIN_US))
      .send();
    return this.check();
  }

  protected rssi_dBm(): number {
    return this.#bus.read(Opcode.GetRssiInst, 1) / -2;
  }

  protected serve(): void {
    for (let i = 0; i < MAX_INTERRUPTS; i++) {
      if (this.state < State.listening || this.interrupt.read() === 0) return;
      const irq = this.#bus.read(Opcode.GetIrqStatus, 2);
      this.#bus.begin(Opcode.ClearIrqStatus).u16(irq).send();
      if (!this.check()) return;
      if (this.state === State.sending) this.progress(irq);
      else if ((irq & Irq.rxDone) !== 0) this.received();
    }
    this.counters.commandErrors++;
    this.recover();
  }

  protected watch(): void {
    if (this.interrupt.read() === 1) {
      this.counters.lateInterrupts++;
      this.serve();
      this.hop();
      return;
    }
    this.#bus.status();
    if (!this.check()) return;
    if (this.#bus.mode === ChipMode.rx) {
      this.hop();
    } else {
      this.counters.resets++;
      this.recover();
    }
  }

  protected override check(): boolean {
    if (this.#bus.ok) return true;
    this.counters.commandErrors++;
    this.recover();
    return false;
  }

  private wait(): void {
    if (++this.#waits < START_STEPS) this.timer.start(START_STEP_MS);
    else this.absent();
  }

  private setBits(address: number, mask: number, bits: number): void {
    this.#bus.writeRegister(address, (this.#bus.readRegister(address) & ~mask) | bits);
  }

  /** Leaves reception, as neither frequency nor packet parameters may change in it. */
  private tune(channel: number, length: number): void {
    const bus = this.#bus;
    bus.begin(Opcode.SetFs).send();
    bus
      .begin(Opcode.SetRfFrequency)
      .u32(frequencyWord(centre_kHz(channel)))
      .send();
    this.#packet[this.#packet.length - 3] = length;
    bus.sendAll(this.#packet);
  }

  private progress(irq: number): void {
    if ((irq & Irq.timeout) !== 0) {
      this.counters.timeouts++;
      this.recover();
    } else if ((irq & Irq.txDone) !== 0) {
      this.receive();
      this.onSent();
    }
  }

  private received(): void {
    const bus = this.#bus;
    const where = bus.read(Opcode.GetRxBufferStatus, 2);
    const length = where >> 8;
    // The last of three bytes is the average over the frame.
    const rssi_dBm = (bus.read(Opcode.GetPacketStatus, 3) & 0xff) / -2;
    if (length > 0) bus.readFrame(where & 0xff, length);
    if (this.check() && length > 0) this.onReceive(bus.frame, length, rssi_dBm);
  }

  /** A frame of which the sync word has come, and not yet the end, is heard out first. */
  private hop(): void {
    if (this.hopDue) {
      const irq = this.#bus.read(Opcode.GetIrqStatus, 2);
      if ((irq & Irq.syncWord) !== 0 && this.hold()) return;
      if (irq !== 0) this.#bus.begin(Opcode.ClearIrqStatus).u16(irq).send();
    }
    this.turn();
  }
}
