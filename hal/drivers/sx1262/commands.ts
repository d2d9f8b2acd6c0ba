/** Opcodes, bits and words of the SX1262 (Semtech DS.SX1261-2, chapters 11 to 13). */
export const Opcode = Object.freeze({
  ClearIrqStatus: 0x02,
  ClearDeviceErrors: 0x07,
  SetDioIrqParams: 0x08,
  WriteRegister: 0x0d,
  WriteBuffer: 0x0e,
  GetIrqStatus: 0x12,
  GetRxBufferStatus: 0x13,
  GetPacketStatus: 0x14,
  GetRssiInst: 0x15,
  ReadRegister: 0x1d,
  ReadBuffer: 0x1e,
  SetStandby: 0x80,
  SetRx: 0x82,
  SetTx: 0x83,
  SetSleep: 0x84,
  SetRfFrequency: 0x86,
  Calibrate: 0x89,
  SetPacketType: 0x8a,
  SetModulationParams: 0x8b,
  SetPacketParams: 0x8c,
  SetTxParams: 0x8e,
  SetBufferBaseAddress: 0x8f,
  SetRxTxFallbackMode: 0x93,
  SetPaConfig: 0x95,
  SetRegulatorMode: 0x96,
  SetDio3AsTcxoCtrl: 0x97,
  CalibrateImage: 0x98,
  SetDio2AsRfSwitchCtrl: 0x9d,
  GetStatus: 0xc0,
  SetFs: 0xc1,
});

export const Register = Object.freeze({
  /** Bit 0 is bit 8 of the seed; the upper seven bits are not ours. */
  WhiteningMsb: 0x06b8,
  WhiteningLsb: 0x06b9,
  SyncWord: 0x06c0,
  RxGain: 0x08ac,
  TxClamp: 0x08d8,
});

export const Irq = Object.freeze({ txDone: 0x0001, rxDone: 0x0002, syncWord: 0x0008, timeout: 0x0200 });

/** Bits 6 to 4 of the status. */
export const ChipMode = Object.freeze({ standbyRc: 2, standbyXosc: 3, fs: 4, rx: 5, tx: 6 });
/** Bits 3 to 1 of the status: the command before was not understood, or not done. */
export const COMMAND_ERROR = 4;
export const COMMAND_FAILED = 5;

export const GFSK = 0;
/** BT 0.5. */
export const PULSE_SHAPE = 0x09;
/**
 * 187.2 kHz, both sides: deviation and half the bit rate either way, and crystals that are 10 ppm off at both ends.
 */
export const RX_BANDWIDTH = 0x12;
export const PREAMBLE_DETECTOR_16_BITS = 0x05;
export const VARIABLE_LENGTH = 1;
export const CRC_OFF = 1;
export const WHITENING_ON = 1;
export const FALLBACK_FS = 0x40;
export const RX_CONTINUOUS = 0xffffff;
export const RX_GAIN_BOOSTED = 0x96;
/** DS.SX1261-2, 15.2: keeps the power amplifier up when its antenna is badly matched. */
export const TX_CLAMP_BITS = 0x1e;

/** f * 2^25 / 32 MHz. */
export function frequencyWord(frequency_kHz: number): number {
  return Math.round((frequency_kHz * 131_072) / 125);
}

/** 32 * 32 MHz / bit rate. */
export function bitRateWord(bitRate: number): number {
  return Math.round((32 * 32e6) / bitRate);
}

/** f * 2^25 / 32 MHz. */
export function deviationWord(deviation_Hz: number): number {
  return Math.floor((deviation_Hz * 131_072) / 125_000);
}

/** Steps of 15.625 us. */
export function timeoutWord(timeout_us: number): number {
  return Math.ceil((timeout_us * 64) / 1000);
}
