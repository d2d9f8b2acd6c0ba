import {
  ChipMode,
  COMMAND_ERROR,
  COMMAND_FAILED,
  Irq,
  Opcode,
  RX_CONTINUOUS,
} from "hal/drivers/sx1262/commands";
import type { Processor, SimulatedInput } from "../processor";
import type { Handle, World } from "../world";
import type { Medium } from "./medium";
import { RadioChip } from "./radio-chip";
import { Sx1262Modem } from "./sx1262-modem";

const SLEEP = 0;
/** How long BUSY is up (DS.SX1261-2, tables 8-2 and 8-3, typical). */
const COMMAND_US = 1;
const START_US = 3500;
const WAKE_US = 340;
const CALIBRATION_US = 3500;
const IMAGE_CALIBRATION_US = 2000;
const TO_STANDBY_XOSC_US = 31;
/** By the mode that is left. */
const TO_FS_US = [0, 0, 50, 40, 1, 15, 15];
const TO_RX_US = [0, 0, 83, 62, 41, 56, 120];
const TO_TX_US = [0, 0, 126, 105, 76, 92, 92];
/** GetRssiInst tells nothing true before. */
const RSSI_SETTLING_US = 500;
/** Preamble and sync word on the air. */
const SYNCED_US = 800;
const BUFFER_BYTES = 256;

/**
 * An SX1262 in GFSK as its pins show it: SPI, BUSY, DIO1 and NRESET (DS.SX1261-2, Rev. 2.1). Commands that come while
 * BUSY is up, and those not possible in the mode that the chip is in, change nothing and are counted. Settings that are
 * not the street's send and hear beside it. Whitening, power and image calibration have no effect of their own.
 */
export class Sx1262Chip extends RadioChip {
  readonly busy: SimulatedInput;
  readonly dio1: SimulatedInput;
  readonly modem = new Sx1262Modem();
  /** Each command as it was taken, opcode first. Set by a test. */
  onCommand: (bytes: Uint8Array) => void = () => {};

  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #mode: number = ChipMode.standbyRc;
  #commandStatus = 0;
  #busyUntil_us = 0;
  #irq = 0;
  #continuous = false;
  #rxStart = 0;
  #rxNext = 0;
  #rxLength = 0;
  #rxRssi = 0;
  #timeout: Handle | undefined;

  constructor(world: World, medium: Medium, processor: Processor) {
    super(world, medium, processor, SYNCED_US);
    this.busy = processor.input(() => +this.#isBusy());
    this.dio1 = processor.input(() => +((this.#irq & this.#mask) !== 0));
    this.start();
  }

  /** The mode, as the status has it; 0 is sleep. */
  get mode(): number {
    return this.#mode;
  }

  protected exchange(buffer: Uint8Array): boolean {
    if (this.#mode === SLEEP) {
      this.#mode = ChipMode.standbyRc;
      this.#occupy(WAKE_US);
      return true;
    }
    if (this.#isBusy()) return false;
    this.onCommand(buffer);
    this.#occupy(COMMAND_US);
    this.#execute(buffer);
    return true;
  }

  #isBusy(): boolean {
    return this.held || this.#mode === SLEEP || this.processor.now_us < this.#busyUntil_us;
  }

  #occupy(duration_us: number): void {
    this.#busyUntil_us = this.processor.now_us + duration_us;
  }

  protected start(): void {
    this.#enter(ChipMode.standbyRc);
    this.modem.reset();
    this.#irq = 0;
    this.#commandStatus = 0;
    this.#occupy(START_US);
  }

  /** Leaves the mode with all that goes on in it. */
  #enter(mode: number): void {
    this.silence();
    if (this.#timeout !== undefined) this.world.cancel(this.#timeout);
    this.#mode = mode;
  }

  #execute(bytes: Uint8Array): void {
    const opcode = bytes[0];
    this.#answer(opcode, bytes);
    const mode = this.#mode;
    const parameters = bytes.slice(1);
    this.#commandStatus = 0;
    switch (opcode) {
      case Opcode.SetSleep:
        if (parameters[0] === 0) this.modem.reset();
        this.#enter(SLEEP);
        break;
      case Opcode.SetStandby:
        this.#enter(parameters[0] === 1 ? ChipMode.standbyXosc : ChipMode.standbyRc);
        this.#occupy(TO_STANDBY_XOSC_US);
        break;
      case Opcode.SetFs:
        this.#enter(ChipMode.fs);
        this.#occupy(TO_FS_US[mode]);
        break;
      case Opcode.SetRx:
        this.#startReceiving(number(parameters, 0, 3) === RX_CONTINUOUS, TO_RX_US[mode]);
        break;
      case Opcode.SetTx:
        this.#send(number(parameters, 0, 3), TO_TX_US[mode]);
        break;
      case Opcode.Calibrate:
      case Opcode.CalibrateImage:
        if (mode !== ChipMode.standbyRc) this.#commandStatus = COMMAND_FAILED;
        else this.#occupy(opcode === Opcode.Calibrate ? CALIBRATION_US : IMAGE_CALIBRATION_US);
        break;
      case Opcode.WriteRegister:
        this.modem.write(number(parameters, 0, 2), parameters.subarray(2));
        break;
      case Opcode.WriteBuffer:
        for (let i = 1; i < parameters.length; i++)
          this.#buffer[(parameters[0] + i - 1) % BUFFER_BYTES] = parameters[i]!;
        break;
      case Opcode.ClearIrqStatus:
        this.#irq &= ~number(parameters, 0, 2);
        break;
      default:
        this.#set(opcode, parameters);
    }
  }

  /** Settings keep; where they need the chip not to receive or send, they fail while it does. */
  #set(opcode: number, parameters: Uint8Array): void {
    if (!SETTINGS.has(opcode)) {
      if (!QUERIES.has(opcode)) this.#commandStatus = COMMAND_ERROR;
    } else if (this.#mode >= ChipMode.rx || (opcode === Opcode.SetPacketType && this.#mode >= ChipMode.fs)) {
      this.#commandStatus = COMMAND_FAILED;
    } else {
      this.modem.set(opcode, parameters);
    }
  }

  /** What the chip shifts out meanwhile: its status, and from the first byte after the NOPs on what it was asked for. */
  #answer(opcode: number, bytes: Uint8Array): void {
    const status = (this.#mode << 4) | (this.#commandStatus << 1);
    if (opcode === Opcode.ReadBuffer) {
      const start = bytes[1];
      for (let i = 3; i < bytes.length; i++) bytes[i] = this.#buffer[(start + i - 3) % BUFFER_BYTES]!;
    } else if (opcode === Opcode.ReadRegister) {
      const address = number(bytes, 1, 2);
      for (let i = 4; i < bytes.length; i++) bytes[i] = this.modem.registers[address + i - 4]!;
    } else if (QUERIES.has(opcode)) {
      bytes[1] = status;
      const answer = this.#query(opcode);
      for (let i = 2; i < bytes.length; i++) bytes[i] = answer[i - 2] ?? 0;
    }
  }

  #query(opcode: number): readonly number[] {
    switch (opcode) {
      case Opcode.GetIrqStatus:
        return [this.#irq >> 8, this.#irq & 0xff];
      case Opcode.GetRxBufferStatus:
        return [this.#rxLength, this.#rxStart];
      case Opcode.GetPacketStatus:
        return [0, this.#rxRssi, this.#rxRssi];
      case Opcode.GetRssiInst:
        return [this.rssi(this.modem.channel, RSSI_SETTLING_US)];
      default:
        return [];
    }
  }

  #startReceiving(continuous: boolean, delay_us: number): void {
    this.#enter(ChipMode.rx);
    this.#occupy(delay_us);
    this.#continuous = continuous;
    this.#rxNext = this.modem.get(Opcode.SetBufferBaseAddress, 1);
    this.listen(this.modem.channel, this.#busyUntil_us);
  }

  #send(timeout: number, delay_us: number): void {
    this.#enter(ChipMode.tx);
    this.#occupy(delay_us);
    const { sent } = this.antenna;
    const start_us = this.#busyUntil_us;
    const base = this.modem.get(Opcode.SetBufferBaseAddress, 0);
    sent.length = this.modem.length;
    for (let i = 0; i < sent.length; i++) sent.bytes[i] = this.#buffer[(base + i) % BUFFER_BYTES]!;
    this.antenna.send(this.modem.channel, start_us, this.modem.frameTime_us(sent.length));
    if (timeout === 0) return;
    const until_us = start_us + Math.round((timeout * 1000) / 64);
    this.#timeout = this.world.at(until_us, () => {
      this.#enter(ChipMode.standbyRc);
      this.#raise(Irq.timeout);
    });
  }

  protected finish(): void {
    const fallback = this.modem.get(Opcode.SetRxTxFallbackMode, 0);
    this.#enter(
      fallback === 0x40 ? ChipMode.fs : fallback === 0x30 ? ChipMode.standbyXosc : ChipMode.standbyRc,
    );
    this.#raise(Irq.txDone);
  }

  protected hear(): void {
    this.#raise(Irq.syncWord);
  }

  /** In continuous reception frames follow each other in the buffer. */
  protected receive(bytes: Uint8Array, length: number, rssi_dBm: number): void {
    if (length > this.modem.length) return;
    this.#rxStart = this.#rxNext;
    this.#rxNext = (this.#rxStart + length) % BUFFER_BYTES;
    this.#rxLength = length;
    this.#rxRssi = Math.round(-2 * rssi_dBm);
    for (let i = 0; i < length; i++) this.#buffer[(this.#rxStart + i) % BUFFER_BYTES] = bytes[i]!;
    if (!this.#continuous) this.#enter(ChipMode.standbyRc);
    this.#raise(Irq.rxDone);
  }

  /** Of the interrupts those that are enabled are kept, and those on DIO1 raise it. */
  #raise(irq: number): void {
    const before = this.#irq & this.#mask;
    const enabled =
      (this.modem.get(Opcode.SetDioIrqParams, 0) << 8) | this.modem.get(Opcode.SetDioIrqParams, 1);
    this.#irq |= irq & enabled;
    if (before === 0 && (this.#irq & this.#mask) !== 0) this.dio1.edge(this.world.now_us);
  }

  get #mask(): number {
    return (this.modem.get(Opcode.SetDioIrqParams, 2) << 8) | this.modem.get(Opcode.SetDioIrqParams, 3);
  }
}

const SETTINGS: ReadonlySet<number> = new Set([
  Opcode.ClearDeviceErrors,
  Opcode.SetDioIrqParams,
  Opcode.SetRfFrequency,
  Opcode.SetPacketType,
  Opcode.SetModulationParams,
  Opcode.SetPacketParams,
  Opcode.SetTxParams,
  Opcode.SetBufferBaseAddress,
  Opcode.SetRxTxFallbackMode,
  Opcode.SetPaConfig,
  Opcode.SetRegulatorMode,
  Opcode.SetDio3AsTcxoCtrl,
  Opcode.SetDio2AsRfSwitchCtrl,
]);

const QUERIES: ReadonlySet<number> = new Set([
  Opcode.GetIrqStatus,
  Opcode.GetRxBufferStatus,
  Opcode.GetPacketStatus,
  Opcode.GetRssiInst,
  Opcode.ReadRegister,
  Opcode.ReadBuffer,
  Opcode.GetStatus,
]);

function number(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + bytes[at + i];
  return value;
}
