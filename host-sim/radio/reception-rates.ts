import { ricianPower_dB } from "./propagation";
import { bitsRight } from "./reception";

/** A frame of 100 bytes, and its length. */
const FRAME_BITS = 8 * 101;
const STEP_dB = 0.25;
const LOWEST_dB = 0;
const HIGHEST_dB = 40;
/** States of fading averaged over: a grid over both parts of what is scattered, by quantiles of a normal distribution. */
const QUANTILES = 24;

/** Share of frames received, by the mean ratio of signal to noise in dB, over all states of fading. */
export function receptionRates(): (ratio_dB: number) => number {
  const normal = normalQuantiles();
  const rates: number[] = [];
  for (let ratio_dB = LOWEST_dB; ratio_dB <= HIGHEST_dB; ratio_dB += STEP_dB) {
    let sum = 0;
    for (const inPhase of normal) {
      for (const across of normal)
        sum += bitsRight(FRAME_BITS, 10 ** ((ratio_dB + ricianPower_dB(inPhase, across)) / 10));
    }
    rates.push(sum / QUANTILES ** 2);
  }
  return (ratio_dB) => {
    if (ratio_dB < LOWEST_dB) return 0;
    return rates[Math.min(rates.length - 1, Math.round((ratio_dB - LOWEST_dB) / STEP_dB))];
  };
}

/** Middles of parts of a normal distribution that are equally likely, along its integral. */
function normalQuantiles(): number[] {
  const step = 1e-3;
  const quantiles: number[] = [];
  let integral = 0;
  for (let x = -6; quantiles.length < QUANTILES; x += step) {
    integral += (step * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
    if (integral >= (quantiles.length + 0.5) / QUANTILES) quantiles.push(x);
  }
  return quantiles;
}
