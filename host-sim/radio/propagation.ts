import { Draw, type Draws } from "./draws";

/** Sizes of the model; sources in docs/medium.md. */
const SHADOWING_dB = 7;
const ASYMMETRY_dB = 1.5;
/** Rician K, 4 dB. */
const RICIAN_K = 10 ** 0.4;
/** 2 MHz: over more the paths' delays make the channels differ. */
const CHANNELS_A_BLOCK = 10;
/** From one independent state of fading to the next. */
const FADING_STEP_us = 120e6;
const NEAREST_m = 1;

/** Path loss in dB at 900 MHz between antennas 1.5 m high, with nothing in between. */
export function lineOfSightLoss_dB(distance_m: number): number {
  return 31.48 + 20 * Math.log10(Math.max(distance_m, NEAREST_m));
}

/** Median path loss in dB at 900 MHz between antennas 1.5 m high among houses; never below that in sight. */
export function obstructedLoss_dB(distance_m: number): number {
  const loss_dB = 16.9 + 42.4 * Math.log10(Math.max(distance_m, NEAREST_m));
  return Math.max(loss_dB, lineOfSightLoss_dB(distance_m));
}

/** What houses and trees add or take between two places, the same both ways, and what the two ways differ by. */
export function shadowing_dB(draws: Draws, from: number, to: number): number {
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  return (
    SHADOWING_dB * draws.normal(Draw.shadowing, low, high) +
    ASYMMETRY_dB * draws.normal(Draw.asymmetry, from, to)
  );
}

/**
 * Power of a Rician channel over its mean, in dB: the same both ways, independent for each block of channels, and
 * another one every few minutes, with a steady change between.
 */
export function fading_dB(draws: Draws, from: number, to: number, channel: number, at_us: number): number {
  const pair = Math.imul(Math.min(from, to), 0x10001) + Math.max(from, to);
  const block = Math.floor(channel / CHANNELS_A_BLOCK);
  const step = Math.floor(at_us / FADING_STEP_us);
  const later = at_us / FADING_STEP_us - step;
  // Weights whose squares sum to 1 keep the scattered power.
  const before = Math.cos((later * Math.PI) / 2) * draws.rayleigh(Draw.fading, pair, block, step);
  const after = Math.sin((later * Math.PI) / 2) * draws.rayleigh(Draw.fading, pair, block, step + 1);
  const beforeAt_rad = draws.angle_rad(Draw.fading, pair, block, step);
  const afterAt_rad = draws.angle_rad(Draw.fading, pair, block, step + 1);
  return ricianPower_dB(
    before * Math.cos(beforeAt_rad) + after * Math.cos(afterAt_rad),
    before * Math.sin(beforeAt_rad) + after * Math.sin(afterAt_rad),
  );
}

/** Of a direct path and scattered ones, whose amplitudes in phase and across have standard deviation 1. */
export function ricianPower_dB(inPhase: number, across: number): number {
  const scale = 1 / Math.sqrt(2 * (RICIAN_K + 1));
  const real = Math.sqrt(RICIAN_K / (RICIAN_K + 1)) + scale * inPhase;
  const imaginary = scale * across;
  return 10 * Math.log10(real * real + imaginary * imaginary);
}
