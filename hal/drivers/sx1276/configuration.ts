import { BIT_RATE, DEVIATION_HZ, MAX_FRAME_BYTES, PREAMBLE_BYTES, SYNC_WORD } from "hal/channel-plan";
import {
  AGC_ON_PREAMBLE,
  bitRateWord,
  deviationWord,
  DIO_MAPPING,
  LNA_BOOSTED,
  PA_BOOST,
  PACKET_MODE,
  PREAMBLE_DETECTOR_2_BYTES,
  Register,
  RESTART_AND_SYNC_2_BYTES,
  RX_BANDWIDTH,
  SHAPING_BT_0_5,
  VARIABLE_WHITENED,
} from "hal/drivers/sx1276/registers";

/**
 * What is written after a reset: address, value, …
 * @param power_dBm at the chip, 2 to 17
 */
export function configuration(power_dBm: number): readonly number[] {
  const bitRate = bitRateWord(BIT_RATE);
  const deviation = deviationWord(DEVIATION_HZ);
  return [
    ...[Register.BitrateMsb, bitRate >> 8, Register.BitrateLsb, bitRate & 0xff],
    ...[Register.FdevMsb, deviation >> 8, Register.FdevLsb, deviation & 0xff],
    ...[Register.PaConfig, PA_BOOST | (power_dBm - 2)],
    ...[Register.PaRamp, SHAPING_BT_0_5],
    ...[Register.Lna, LNA_BOOSTED],
    ...[Register.RxConfig, AGC_ON_PREAMBLE],
    ...[Register.RxBw, RX_BANDWIDTH],
    ...[Register.PreambleDetect, PREAMBLE_DETECTOR_2_BYTES],
    ...[Register.PreambleMsb, 0, Register.PreambleLsb, PREAMBLE_BYTES],
    ...[Register.SyncConfig, RESTART_AND_SYNC_2_BYTES],
    ...[Register.SyncValue1, SYNC_WORD >> 8, Register.SyncValue2, SYNC_WORD & 0xff],
    ...[Register.PacketConfig1, VARIABLE_WHITENED],
    ...[Register.PacketConfig2, PACKET_MODE],
    ...[Register.PayloadLength, MAX_FRAME_BYTES],
    ...[Register.DioMapping1, DIO_MAPPING],
  ];
}
