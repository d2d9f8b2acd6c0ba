/**
 * What a radio puts on the air, whichever chip it is: 129 channels of 200 kHz from 902.2 MHz on (Wi-SUN channel plan
 * class 1), GFSK with BT 0.5, and frames of preamble, sync word, one byte of length and the whitened frame.
 */
export const CHANNELS = 129;
export const CHANNEL_0_KHZ = 902_200;
export const CHANNEL_SPACING_KHZ = 200;

/** Bits a second. */
export const BIT_RATE = 100_000;
export const DEVIATION_HZ = 25_000;
export const PREAMBLE_BYTES = 8;
/** The start-of-frame delimiter of uncoded SUN FSK, IEEE 802.15.4-2015 table 20-1; two bytes. */
export const SYNC_WORD = 0x904e;
/** Start of the whitening register, x^9 + x^5 + 1; the SX1276 has no other. */
export const WHITENING_SEED = 0x1ff;
/** The length byte can say no more. */
export const MAX_FRAME_BYTES = 255;
/** With preamble, sync word and length. */
const HEADER_BYTES = PREAMBLE_BYTES + 2 + 1;

/**
 * A channel with less energy than this is clear: about 10 dB above what a receiver can make out at 100 kbit/s, as
 * IEEE 802.15.4-2015, 10.2.8 asks.
 */
export const CLEAR_BELOW_DBM = -95;
/** After this long in reception the signal strength is that of the channel. */
export const SETTLING_MS = 1;

export function centre_kHz(channel: number): number {
  return CHANNEL_0_KHZ + channel * CHANNEL_SPACING_KHZ;
}

/** Time on the air of a frame of `length` bytes. */
export function frameTime_us(length: number): number {
  return ((HEADER_BYTES + length) * 8 * 1e6) / BIT_RATE;
}
