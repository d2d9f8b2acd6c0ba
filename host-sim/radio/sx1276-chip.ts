import {
  Flag,
  IMAGE_CAL_RUNNING,
  IMAGE_CAL_START,
  Mode,
  Register,
  WRITE,
} from "hal/drivers/sx1276/registers";
import type { Processor, SimulatedInput } from "../processor";
import type { Handle, World } from "../world";
import { LATE_US } from "./antenna";
import type { Medium } from "./medium";
import { RadioChip } from "./radio-chip";
import { Sx1276Fifo } from "./sx1276-fifo";
import { Sx1276Registers } from "./sx1276-registers";
import type { Transmission } from "./transmission";

/** DS_SX1276, tables 9 and 25, typical: PLL and transmitter, PLL and receiver, signal strength after that. */
const TO_TX_US = 60 + 60;
const TO_RX_US = 60 + 84;
const RSSI_SETTLING_US = 200;
const RESET_US = 5000;
const IMAGE_CALIBRATION_US = 10_000;
const MODE_MASK = 7;

/**
 * An SX1276 in FSK packet mode as its pins show it: SPI, DIO0, DIO1 and NRESET (DS_SX1276, Rev. 7). The FIFO fills and
 * empties while the frame is on the air. A frame lost on the way is received with its last byte wrong, as the chip has
 * begun to hand it over by then. Settings that are not the street's send and hear beside it.
 */
export class Sx1276Chip extends RadioChip {
  readonly dio0: SimulatedInput;
  readonly dio1: SimulatedInput;
  readonly registers = new Sx1276Registers();

  readonly #fifo = new Sx1276Fifo();
  #ready_us = 0;
  #calibrated_us = 0;
  #packetSent = false;
  #payloadReady = false;
  /** The frame being received, its end, and whether the medium has said that nothing of it was lost. */
  #heard: Transmission | undefined;
  #frameEnd: Handle | undefined;
  #whole = false;
  #level = false;
  #levelChange: Handle | undefined;

  constructor(world: World, medium: Medium, processor: Processor) {
    super(world, medium, processor, LATE_US);
    this.dio0 = processor.input(() => +(this.#packetSent || this.#handingOver()));
    this.dio1 = processor.input(() => +this.#fifo.level(processor.now_us));
    this.start();
  }

  protected exchange(buffer: Uint8Array): boolean {
    if (this.processor.now_us < this.#ready_us) return false;
    const address = buffer[0] & ~WRITE;
    const writing = (buffer[0] & WRITE) !== 0;
    for (let i = 1; i < buffer.length; i++) {
      const at = address === Register.Fifo ? address : address + i - 1;
      if (writing) this.#write(at, buffer[i]);
      else buffer[i] = this.#read(at);
    }
    this.#update();
    return true;
  }

  get #mode(): number {
    return this.registers.bytes[Register.OpMode] & MODE_MASK;
  }

  protected start(): void {
    this.#leave();
    this.#fifo.clear();
    this.registers.reset();
    this.#ready_us = this.processor.now_us + RESET_US;
    this.#update();
  }

  #leave(): void {
    this.silence();
    if (this.#frameEnd !== undefined) this.world.cancel(this.#frameEnd);
    this.#frameEnd = undefined;
    this.#packetSent = false;
    this.#payloadReady = false;
  }

  #read(address: number): number {
    const now_us = this.processor.now_us;
    switch (address) {
      case Register.Fifo:
        this.#fifo.overflow(now_us);
        this.#fetch();
        return this.#fifo.pop(now_us);
      case Register.IrqFlags2:
        return this.#flags(now_us);
      case Register.RssiValue:
        return this.rssi(this.registers.channel, RSSI_SETTLING_US);
      case Register.ImageCal:
        return now_us < this.#calibrated_us ? IMAGE_CAL_RUNNING : 0;
      default:
        return this.registers.bytes[address];
    }
  }

  #write(address: number, value: number): void {
    switch (address) {
      case Register.Fifo:
        this.#fifo.push(value, this.processor.now_us);
        this.#air();
        break;
      case Register.OpMode:
        this.#switch(value);
        break;
      case Register.IrqFlags2:
        if ((value & Flag.fifoOverrun) !== 0) this.#fifo.clear();
        break;
      case Register.ImageCal:
        if ((value & IMAGE_CAL_START) !== 0 && this.#mode === Mode.standby)
          this.#calibrated_us = this.processor.now_us + IMAGE_CALIBRATION_US;
        break;
      case Register.Version:
        break;
      default:
        this.registers.bytes[address] = value;
    }
    this.#fifo.threshold = this.registers.bytes[Register.FifoThresh] & 0x3f;
  }

  /** What of the FIFO is kept: DS_SX1276, table 29. */
  #switch(value: number): void {
    const from = this.#mode;
    const to = value & MODE_MASK;
    if (from === to) return;
    this.#leave();
    if (from === Mode.tx || to === Mode.rx || (from === Mode.rx && to === Mode.tx)) this.#fifo.clear();
    this.registers.bytes[Register.OpMode] = value;
    if (to === Mode.tx) this.#startSending();
    if (to === Mode.rx) this.listen(this.registers.channel, this.processor.now_us + TO_RX_US);
  }

  #startSending(): void {
    if (this.#fifo.count(this.processor.now_us) === 0) return;
    const { byte_us, header_us, channel } = this.registers;
    const start_us = this.processor.now_us + TO_TX_US;
    const { sent } = this.antenna;
    this.#fifo.send(start_us + header_us, byte_us);
    sent.length = this.#fifo.bytes[0];
    this.#air();
    this.antenna.send(channel, start_us, header_us + (1 + sent.length) * byte_us);
  }

  /** Gives the air what the FIFO has got of the frame being sent. */
  #air(): void {
    if (this.#mode === Mode.tx) this.antenna.sent.bytes.set(this.#fifo.bytes.subarray(1));
  }

  protected receive(): void {
    this.#whole = true;
  }

  protected finish(): void {
    this.#packetSent = true;
    this.dio0.edge(this.world.now_us);
  }

  /** The receiver locks to a frame unless it has one, on the air or in the FIFO. */
  protected hear(frame: Transmission): void {
    if (this.#frameEnd !== undefined || this.#handingOver()) return;
    const { byte_us, header_us } = this.registers;
    const length = frame.length;
    this.#fifo.receive(1 + length, frame.start_us + header_us, byte_us);
    this.#fifo.bytes[0] = length;
    this.#heard = frame;
    this.#whole = false;
    this.#payloadReady = false;
    this.#frameEnd = this.world.at(frame.start_us + frame.duration_us, () => this.#ended(length));
    this.#update();
  }

  /** Takes what there is of the frame being received: its sender may get the bytes only while it is on the air. */
  #fetch(): void {
    const { bytes } = this.#fifo;
    if (this.#frameEnd !== undefined) bytes.set(this.#heard!.bytes.subarray(0, bytes[0]), 1);
  }

  #ended(length: number): void {
    this.#fetch();
    this.#frameEnd = undefined;
    if (this.#fifo.overrun || this.#fifo.overflow(this.world.now_us)) return;
    if (!this.#whole) this.#fifo.bytes[length] = this.#fifo.bytes[length] ^ 0xff;
    this.#payloadReady = true;
    if (this.#handingOver()) this.dio0.edge(this.world.now_us);
  }

  /** PayloadReady: a frame is whole, and in the FIFO. */
  #handingOver(): boolean {
    return this.#payloadReady && this.#fifo.count(this.processor.now_us) > 0;
  }

  #flags(now_us: number): number {
    const fifo = this.#fifo;
    fifo.overflow(now_us);
    return (
      (fifo.count(now_us) === 0 ? Flag.fifoEmpty : 0) |
      (fifo.level(now_us) ? Flag.fifoLevel : 0) |
      (fifo.overrun ? Flag.fifoOverrun : 0) |
      (this.#packetSent ? Flag.packetSent : 0) |
      (this.#handingOver() ? Flag.payloadReady : 0)
    );
  }

  /** After anything that may have changed the FIFO's level: the pin, and when the air will change it next. */
  #update(): void {
    const now_us = this.processor.now_us;
    const level = this.#fifo.level(now_us);
    if (level !== this.#level) this.dio1.edge(now_us);
    this.#level = level;
    if (this.#levelChange !== undefined) this.world.cancel(this.#levelChange);
    this.#levelChange = undefined;
    const change_us = this.#fifo.nextChange_us(now_us);
    if (change_us < Infinity) this.#levelChange = this.world.at(change_us, () => this.#update());
  }
}
