import { BIT_RATE, DEVIATION_HZ, MAX_FRAME_BYTES, PREAMBLE_BYTES, SYNC_WORD } from "hal/channel-plan";
import {
  bitRateWord,
  CRC_OFF,
  deviationWord,
  FALLBACK_FS,
  GFSK,
  Irq,
  Opcode,
  PREAMBLE_DETECTOR_16_BITS,
  PULSE_SHAPE,
  Register,
  RX_BANDWIDTH,
  RX_GAIN_BOOSTED,
  VARIABLE_LENGTH,
  WHITENING_ON,
} from "hal/drivers/sx1262/commands";

/** For the TCXO to be steady, in steps of 15.625 us: 5 ms. */
const TCXO_DELAY = 320;
const RAMP_40_US = 0x02;
const INTERRUPTS = Irq.txDone | Irq.rxDone | Irq.timeout;

/** The packet parameters (DS.SX1261-2, 13.4.6.1) with `length` as that of a sent or the greatest of a received frame. */
export function packetParameters(length: number): number[] {
  return [
    Opcode.SetPacketParams,
    ...word(8 * PREAMBLE_BYTES, 2),
    PREAMBLE_DETECTOR_16_BITS,
    16,
    0,
    VARIABLE_LENGTH,
    length,
    CRC_OFF,
    WHITENING_ON,
  ];
}

/**
 * The commands that follow a reset, but for the registers of which only some bits are written.
 * @param power_dBm at the chip, -9 to 22
 * @param tcxoVoltage code of SetDIO3AsTcxoCtrl (0: 1.6 V, 2: 1.8 V, 7: 3.3 V), or undefined for a crystal
 */
export function configuration(power_dBm: number, tcxoVoltage: number | undefined): number[][] {
  const tcxo =
    tcxoVoltage === undefined ? [] : [[Opcode.SetDio3AsTcxoCtrl, tcxoVoltage, ...word(TCXO_DELAY, 3)]];
  return [
    [Opcode.SetStandby, 0],
    ...tcxo,
    // With a TCXO the calibration after the reset had no clock: it is done again, and its error cleared.
    [Opcode.Calibrate, 0x7f],
    [Opcode.ClearDeviceErrors, 0, 0],
    [Opcode.CalibrateImage, 0xe1, 0xe9],
    [Opcode.SetRegulatorMode, 1],
    [Opcode.SetDio2AsRfSwitchCtrl, 1],
    [Opcode.SetPacketType, GFSK],
    // DS.SX1261-2, table 13-21: +22 dBm.
    [Opcode.SetPaConfig, 0x04, 0x07, 0x00, 0x01],
    [Opcode.SetTxParams, power_dBm & 0xff, RAMP_40_US],
    [
      Opcode.SetModulationParams,
      ...word(bitRateWord(BIT_RATE), 3),
      PULSE_SHAPE,
      RX_BANDWIDTH,
      ...word(deviationWord(DEVIATION_HZ), 3),
    ],
    packetParameters(MAX_FRAME_BYTES),
    [Opcode.SetBufferBaseAddress, 0, 0],
    [Opcode.WriteRegister, ...word(Register.SyncWord, 2), ...word(SYNC_WORD, 2)],
    [Opcode.WriteRegister, ...word(Register.RxGain, 2), RX_GAIN_BOOSTED],
    [Opcode.SetRxTxFallbackMode, FALLBACK_FS],
    // All but the sync word, which is asked for, on DIO1; none on DIO2 and DIO3.
    [Opcode.SetDioIrqParams, ...word(INTERRUPTS | Irq.syncWord, 2), ...word(INTERRUPTS, 2), 0, 0, 0, 0],
  ];
}

function word(value: number, bytes: number): number[] {
  const parts: number[] = [];
  for (let shift = 8 * (bytes - 1); shift >= 0; shift -= 8) parts.push((value >> shift) & 0xff);
  return parts;
}
