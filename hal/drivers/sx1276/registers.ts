/** Registers, bits and words of the SX1276 in FSK packet mode (Semtech DS_SX1276, section 4.2 and chapter 6). */
export const Register = Object.freeze({
  Fifo: 0x00,
  OpMode: 0x01,
  BitrateMsb: 0x02,
  BitrateLsb: 0x03,
  FdevMsb: 0x04,
  FdevLsb: 0x05,
  FrfMsb: 0x06,
  FrfMid: 0x07,
  FrfLsb: 0x08,
  PaConfig: 0x09,
  PaRamp: 0x0a,
  Lna: 0x0c,
  RxConfig: 0x0d,
  RssiValue: 0x11,
  RxBw: 0x12,
  PreambleDetect: 0x1f,
  PreambleMsb: 0x25,
  PreambleLsb: 0x26,
  SyncConfig: 0x27,
  SyncValue1: 0x28,
  SyncValue2: 0x29,
  PacketConfig1: 0x30,
  PacketConfig2: 0x31,
  PayloadLength: 0x32,
  FifoThresh: 0x35,
  ImageCal: 0x3b,
  IrqFlags2: 0x3f,
  DioMapping1: 0x40,
  Version: 0x42,
});

/** Of the address byte. */
export const WRITE = 0x80;

/** OpMode: FSK, high frequency band. */
export const Mode = Object.freeze({ sleep: 0, standby: 1, tx: 3, rx: 5 });

/** IrqFlags2. */
export const Flag = Object.freeze({
  fifoEmpty: 0x40,
  fifoLevel: 0x20,
  /** Written as 1 it empties the FIFO. */
  fifoOverrun: 0x10,
  packetSent: 0x08,
  payloadReady: 0x04,
});

export const FIFO_BYTES = 64;
export const VERSION = 0x12;

/** FifoThresh: sending starts with the first byte. */
export const START_WITH_FIRST_BYTE = 0x80;
/** PaConfig: the PA_BOOST pin, which gives 2 to 17 dBm. */
export const PA_BOOST = 0xf0;
/** PaRamp: BT 0.5, and a ramp of 40 us. */
export const SHAPING_BT_0_5 = 0x49;
/** Lna: greatest gain, boosted. */
export const LNA_BOOSTED = 0x23;
/** RxConfig: gain set by the chip, reception begun by a preamble. */
export const AGC_ON_PREAMBLE = 0x0e;
/** RxBw: 100 kHz to each side. */
export const RX_BANDWIDTH = 0x0a;
/** PreambleDetect: 2 bytes, up to 10 chips of them wrong. */
export const PREAMBLE_DETECTOR_2_BYTES = 0xaa;
/** SyncConfig: reception starts again when a frame has been fetched; a sync word of 2 bytes. */
export const RESTART_AND_SYNC_2_BYTES = 0x51;
/** PacketConfig1: variable length, whitening, no CRC. */
export const VARIABLE_WHITENED = 0xc0;
/** PacketConfig2. */
export const PACKET_MODE = 0x40;
export const IMAGE_CAL_START = 0x40;
export const IMAGE_CAL_RUNNING = 0x20;
/** DioMapping1: DIO0 is PayloadReady or PacketSent, DIO1 FifoLevel. */
export const DIO_MAPPING = 0x00;

/** f * 2^19 / 32 MHz. */
export function frequencyWord(frequency_kHz: number): number {
  return Math.round((frequency_kHz * 2048) / 125);
}

/** 32 MHz / bit rate. */
export function bitRateWord(bitRate: number): number {
  return Math.round(32e6 / bitRate);
}

/** f * 2^19 / 32 MHz. */
export function deviationWord(deviation_Hz: number): number {
  return Math.round((deviation_Hz * 2048) / 125_000);
}
