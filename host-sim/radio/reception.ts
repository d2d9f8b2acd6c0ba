import { PREAMBLE_BYTES } from "hal/channel-plan";
import type { Air } from "./air";
import type { Transmission } from "./transmission";

/** Thermal noise at 290 K, dBm in 1 Hz. */
const THERMAL_dBm_Hz = -174;
/** Of receivers of this kind, 6 to 8 dB. */
export const NOISE_FIGURE_dB = 7;
/** By how many channels off: the receiver's filter. */
const REJECTION_dB = [0, 25, 40];
export const FARTHEST_CHANNEL = REJECTION_dB.length - 1;
/** A stronger frame takes the receiver over, and is not harmed, from here on. */
export const CAPTURE_dB = 10;
/**
 * Another frame does the harm of noise that much weaker, as its envelope is constant: it makes one in a hundred frames
 * of 100 bytes fail at {@link CAPTURE_dB}, where noise does so at 13.3 dB.
 */
const INTERFERENCE_dB = CAPTURE_dB - 13.3;
/** Above noise: from here on, two of three sync words are made out. */
const LOCK_dB = 8;
const SYNC_BYTES = 2;
/** A receiver needs 24 bits of the preamble: it may begin 5 bytes late. */
export const LATE_BYTES = 5;

/** Noise of a receiver for `bitRate` bits a second. */
export function noise_dBm(bitRate: number, noiseFigure_dB = NOISE_FIGURE_dB): number {
  return THERMAL_dBm_Hz + 10 * Math.log10(bitRate) + noiseFigure_dB;
}

/** Of GFSK without coherent detection, at Eb/N0 as a ratio. */
export function bitErrorRate(ratio: number): number {
  return 0.5 * Math.exp(-ratio / 2);
}

/** Probability that all of `bits` are right. */
export function bitsRight(bits: number, ratio: number): number {
  return Math.exp(bits * Math.log1p(-bitErrorRate(ratio)));
}

/** {@link Air.reception} by signal, noise and interference over each part of the frame that has its own. */
export function reception(
  air: Air,
  bitRate: number,
  frame: Transmission,
  to: number,
  strength_dBm: number,
  listening_us: number,
  least: number,
  noiseHere_dBm: number,
): number {
  const { overlaps, channel, start_us, end_us } = frame;
  const noise_mW = milliwatts(noiseHere_dBm);
  const signal_mW = milliwatts(strength_dBm);
  const perByte_us = 8e6 / bitRate;
  const bitsFrom_us = start_us + PREAMBLE_BYTES * perByte_us;
  const undisturbed = bitsRight(bitsIn(end_us - bitsFrom_us, bitRate), signal_mW / noise_mW);
  // What the noise alone destroys needs no look at the other frames.
  if (overlaps.length === 0 || undisturbed < least) return undisturbed;

  // The frames on its own channel come first: most that are lost are lost to one of them, and the others need no look.
  const harms: Harm[] = [];
  for (let off = 0; off <= FARTHEST_CHANNEL; off++) {
    for (let i = 0; i < overlaps.length; i++) {
      const other = overlaps[i];
      if (Math.abs(other.channel - channel) !== off) continue;
      const other_dBm = air.strength_dBm(other.from, to, other.channel, start_us);
      if (
        off === 0 &&
        other.start_us < start_us &&
        listening_us <= other.start_us + LATE_BYTES * perByte_us
      ) {
        const synced_us = other.start_us + (PREAMBLE_BYTES + SYNC_BYTES) * perByte_us;
        const takesOver = start_us <= synced_us && strength_dBm - other_dBm >= CAPTURE_dB;
        if (other_dBm - noiseHere_dBm >= LOCK_dB && !takesOver) return 0;
      }
      const harm_mW = milliwatts(other_dBm - REJECTION_dB[off] + INTERFERENCE_dB);
      const from_us = Math.max(other.start_us, bitsFrom_us);
      const to_us = Math.min(other.end_us, end_us);
      if (from_us >= to_us) continue;
      if (bitsRight(bitsIn(to_us - from_us, bitRate), signal_mW / (noise_mW + harm_mW)) < least) return 0;
      harms.push({ harm_mW, from_us, to_us });
    }
  }

  let right = 1;
  for (let at_us = bitsFrom_us; at_us < end_us && right >= least;) {
    let next_us = end_us;
    let noise = noise_mW;
    for (let i = 0; i < harms.length; i++) {
      const { harm_mW, from_us, to_us } = harms[i];
      if (from_us > at_us) next_us = Math.min(next_us, from_us);
      else if (to_us > at_us) {
        noise += harm_mW;
        next_us = Math.min(next_us, to_us);
      }
    }
    right *= bitsRight(bitsIn(next_us - at_us, bitRate), signal_mW / noise);
    at_us = next_us;
  }
  return right;
}

/** Noise that another frame makes for a while. */
interface Harm {
  readonly harm_mW: number;
  readonly from_us: number;
  readonly to_us: number;
}

function bitsIn(duration_us: number, bitRate: number): number {
  return (duration_us * bitRate) / 1e6;
}

function milliwatts(dBm: number): number {
  // Half the time of a power of 10.
  return Math.exp(dBm * (Math.LN10 / 10));
}
