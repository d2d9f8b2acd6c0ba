import { BIT_RATE, DEVIATION_HZ, PREAMBLE_BYTES, SYNC_WORD } from "hal/channel-plan";
import { Register, VERSION } from "hal/drivers/sx1276/registers";
import { channelAt, OFF_CHANNEL } from "./antenna";

const CRYSTAL_HZ = 32e6;
const REGISTERS = 0x80;
/** Of OpMode: LoRa, modulation and low band. */
const NOT_FSK = 0xe8;
const SYNC_MASK = 0x1f;
const SYNC_2_BYTES = 0x11;
/** Of PacketConfig1: all but what a CRC that failed and addresses do. */
const PACKET_MASK = 0xf0;
const VARIABLE_WHITENED_NO_CRC = 0xc0;
const PACKET_MODE = 0x40;
/** What a reset leaves (DS_SX1276, table 41) in the registers that matter here: address, value. */
const RESET_VALUES = [
  [Register.OpMode, 0x09],
  [Register.BitrateMsb, 0x1a],
  [Register.BitrateLsb, 0x0b],
  [Register.FdevLsb, 0x52],
  [Register.FrfMsb, 0x6c],
  [Register.FrfMid, 0x80],
  [Register.RxBw, 0x15],
  [Register.PreambleLsb, 0x03],
  [Register.SyncConfig, 0x93],
  [Register.PacketConfig1, 0x90],
  [Register.PacketConfig2, PACKET_MODE],
  [Register.FifoThresh, 0x0f],
  [Register.Version, VERSION],
] as const;

/** The settings of an SX1276, and what they mean on the air. */
export class Sx1276Registers {
  readonly bytes = new Uint8Array(REGISTERS);

  constructor() {
    this.reset();
  }

  reset(): void {
    this.bytes.fill(0);
    for (const [address, value] of RESET_VALUES) this.bytes[address] = value;
  }

  #word(address: number): number {
    return (this.bytes[address] << 8) | this.bytes[address + 1];
  }

  get bitRate(): number {
    return CRYSTAL_HZ / this.#word(Register.BitrateMsb);
  }

  get byte_us(): number {
    return Math.round(8e6 / this.bitRate);
  }

  /** Preamble and sync word. */
  get header_us(): number {
    const syncBytes = (this.bytes[Register.SyncConfig] & 7) + 1;
    return (this.#word(Register.PreambleMsb) + syncBytes) * this.byte_us;
  }

  /** Where frames go and come from; {@link OFF_CHANNEL} unless all settings are those of the street. */
  get channel(): number {
    const bytes = this.bytes;
    const deviation_Hz = (this.#word(Register.FdevMsb) * CRYSTAL_HZ) / 2 ** 19;
    const ours =
      (bytes[Register.OpMode] & NOT_FSK) === 0 &&
      Math.abs(this.bitRate / BIT_RATE - 1) < 0.01 &&
      Math.abs(deviation_Hz / DEVIATION_HZ - 1) < 0.1 &&
      this.#word(Register.PreambleMsb) === PREAMBLE_BYTES &&
      (bytes[Register.SyncConfig] & SYNC_MASK) === SYNC_2_BYTES &&
      this.#word(Register.SyncValue1) === SYNC_WORD &&
      (bytes[Register.PacketConfig1] & PACKET_MASK) === VARIABLE_WHITENED_NO_CRC &&
      (bytes[Register.PacketConfig2] & PACKET_MODE) !== 0;
    const frequency = (bytes[Register.FrfMsb] << 16) | this.#word(Register.FrfMid);
    return ours ? channelAt((frequency * CRYSTAL_HZ) / 1000 / 2 ** 19) : OFF_CHANNEL;
  }
}
