import { BIT_RATE, DEVIATION_HZ, SYNC_WORD, WHITENING_SEED } from "hal/channel-plan";
import { Opcode, Register } from "hal/drivers/sx1262/commands";
import { channelAt, OFF_CHANNEL } from "./antenna";

const CRYSTAL_HZ = 32e6;
const REGISTERS = 0x1000;
/** Codes of receiver bandwidths below 100 kHz. */
const TOO_NARROW = new Set([0x1e, 0x16, 0x0e, 0x1d, 0x15, 0x0d, 0x1c, 0x14, 0x0c, 0x1b, 0x13, 0x0b]);

/** The settings of an SX1262, and what they mean on the air (DS.SX1261-2, 13.4). */
export class Sx1262Modem {
  readonly registers = new Uint8Array(REGISTERS);
  /** Bytes after the opcode, by opcode, as they were written last. */
  readonly #settings = new Map<number, Uint8Array>();

  constructor() {
    this.reset();
  }

  reset(): void {
    this.#settings.clear();
    this.registers.fill(0);
    // DS.SX1261-2, table 12-1; the upper bits of the whitening register are not documented and not 0.
    this.registers[Register.WhiteningMsb] = 0x21;
    this.registers[Register.RxGain] = 0x94;
    this.registers[Register.TxClamp] = 0xc8;
  }

  /** Writes registers from `address` on; there are no more than {@link REGISTERS}. */
  write(address: number, values: Uint8Array): void {
    for (let i = 0; i < values.length; i++) this.registers[address + i] = values[i]!;
  }

  set(opcode: number, parameters: Uint8Array): void {
    this.#settings.set(opcode, parameters);
  }

  /** A byte of a setting; 0 where it was never made. */
  get(opcode: number, at: number): number {
    return this.#settings.get(opcode)?.[at] ?? 0;
  }

  #number(opcode: number, at: number, bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = value * 256 + this.get(opcode, at + i);
    return value;
  }

  get bitRate(): number {
    return (32 * CRYSTAL_HZ) / this.#number(Opcode.SetModulationParams, 0, 3);
  }

  /** Of a frame of `length` bytes, with preamble, sync word and length. */
  frameTime_us(length: number): number {
    const header = this.#number(Opcode.SetPacketParams, 0, 2) + this.get(Opcode.SetPacketParams, 3) + 8;
    return Math.round(((header + 8 * length) * 1e6) / this.bitRate);
  }

  /** The length in the packet parameters: that of a sent, or the greatest of a received frame. */
  get length(): number {
    return this.get(Opcode.SetPacketParams, 6);
  }

  /** Where frames go and come from; {@link OFF_CHANNEL} unless all settings are those of the street. */
  get channel(): number {
    if (!this.#modulated() || !this.#packeted()) return OFF_CHANNEL;
    const step_kHz = CRYSTAL_HZ / 1000 / 2 ** 25;
    return channelAt(this.#number(Opcode.SetRfFrequency, 0, 4) * step_kHz);
  }

  #modulated(): boolean {
    const deviation_Hz = (this.#number(Opcode.SetModulationParams, 5, 3) * CRYSTAL_HZ) / 2 ** 25;
    return (
      this.#settings.has(Opcode.SetPacketType) &&
      this.get(Opcode.SetPacketType, 0) === 0 &&
      Math.abs(this.bitRate / BIT_RATE - 1) < 0.01 &&
      Math.abs(deviation_Hz / DEVIATION_HZ - 1) < 0.1 &&
      !TOO_NARROW.has(this.get(Opcode.SetModulationParams, 4))
    );
  }

  #packeted(): boolean {
    const { registers } = this;
    const syncWord = (registers[Register.SyncWord] << 8) | registers[Register.SyncWord + 1];
    const seed = ((registers[Register.WhiteningMsb] & 1) << 8) | registers[Register.WhiteningLsb];
    const [syncBits, variable, crc, whitening] = [3, 5, 7, 8].map((at) =>
      this.get(Opcode.SetPacketParams, at),
    );
    return (
      this.#number(Opcode.SetPacketParams, 0, 2) >= 16 &&
      syncBits === 16 &&
      syncWord === SYNC_WORD &&
      variable === 1 &&
      crc === 1 &&
      whitening === 1 &&
      seed === WHITENING_SEED
    );
  }
}
