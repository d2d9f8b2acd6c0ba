import { describe, expect, it } from "vitest";
import { Draws } from "../../../host-sim/radio/draws";
import {
  fading_dB,
  lineOfSightLoss_dB,
  obstructedLoss_dB,
  shadowing_dB,
} from "../../../host-sim/radio/propagation";
import { Random } from "../../../host-sim/random";

const draws = new Draws(new Random(1, "air"));
const STEP_us = 120e6;

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const pairs = Array.from({ length: 4000 }, (_, n) => [n, 5000 + ((n * 7) % 4001)] as const);

describe("path loss at 900 MHz", () => {
  it.each([
    [100, 101.7],
    [217, 115.96],
    [374, 125.99],
  ])("among houses over %d m is %d dB", (distance_m, loss_dB) => {
    expect(obstructedLoss_dB(distance_m)).toBeCloseTo(loss_dB, 1);
  });

  it("leaves 22 dBm at 374 m 13 dB above the noise: the median range", () => {
    expect(22 - obstructedLoss_dB(374) + 117).toBeCloseTo(13, 1);
  });

  it.each([
    [1, 31.48],
    [100, 71.48],
    [1000, 91.48],
  ])("in sight over %d m is %d dB", (distance_m, loss_dB) => {
    expect(lineOfSightLoss_dB(distance_m)).toBeCloseTo(loss_dB, 6);
  });

  it("is never below that in sight, nor endless", () => {
    expect(obstructedLoss_dB(2)).toBe(lineOfSightLoss_dB(2));
    expect(obstructedLoss_dB(0)).toBe(lineOfSightLoss_dB(1));
  });
});

describe("shadowing", () => {
  it("has 7 dB the same both ways, and 1.5 dB each way of its own", () => {
    const there = pairs.map(([a, b]) => shadowing_dB(draws, a, b));
    const difference = pairs.map(([a, b]) => shadowing_dB(draws, a, b) - shadowing_dB(draws, b, a));
    expect(Math.abs(mean(there))).toBeLessThan(0.35);
    expect(deviation(there)).toBeCloseTo(Math.hypot(7, 1.5), 0);
    expect(deviation(difference)).toBeGreaterThan(1.9);
    expect(deviation(difference)).toBeLessThan(2.35);
  });
});

describe("fading", () => {
  it("keeps the mean power, and is Rician with K of 4 dB", () => {
    const power = pairs.map(([a, b]) => 10 ** (fading_dB(draws, a, b, 0, 0) / 10));
    expect(mean(power)).toBeCloseTo(1, 1);
    // Variance of the power over its squared mean: (1 + 2K) / (1 + K)^2.
    const k = 10 ** 0.4;
    expect(deviation(power)).toBeCloseTo(Math.sqrt(1 + 2 * k) / (1 + k), 1);
  });

  it("is the same both ways, over 2 MHz, and another one beyond", () => {
    for (const [a, b] of pairs.slice(0, 20)) {
      const at = (channel: number) => fading_dB(draws, a, b, channel, 5);
      expect(fading_dB(draws, b, a, 3, 5)).toBe(at(3));
      expect(at(9)).toBe(at(0));
      expect(at(10)).not.toBe(at(9));
    }
  });

  it("changes over minutes, without a jump", () => {
    const series = (at_us: number) => pairs.map(([a, b]) => fading_dB(draws, a, b, 0, at_us));
    const correlation = (one: number[], other: number[]): number =>
      mean(one.map((value, n) => (value - mean(one)) * (other[n] - mean(other)))) /
      (deviation(one) * deviation(other));
    const start = series(0);
    expect(correlation(start, series(1e6))).toBeGreaterThan(0.99);
    expect(Math.abs(correlation(start, series(STEP_us)))).toBeLessThan(0.06);
    expect(Math.abs(correlation(start, series(10 * STEP_us)))).toBeLessThan(0.06);
    const before = series(STEP_us - 1);
    series(STEP_us).forEach((value, n) => expect(Math.abs(value - before[n])).toBeLessThan(0.01));
  });

  it("keeps its power between two states", () => {
    const power = pairs.map(([a, b]) => 10 ** (fading_dB(draws, a, b, 0, STEP_us / 2) / 10));
    expect(mean(power)).toBeCloseTo(1, 1);
  });
});

describe("draws", () => {
  it("do not depend on what was drawn before, but on the seed", () => {
    const other = new Draws(new Random(1, "air"));
    for (let n = 0; n < 100; n++) other.uniform(1, n);
    expect(other.uniform(2, 3, 4, 5)).toBe(draws.uniform(2, 3, 4, 5));
    expect(new Draws(new Random(2, "air")).uniform(2, 3, 4, 5)).not.toBe(draws.uniform(2, 3, 4, 5));
  });

  it("are uniform for numbers that follow each other", () => {
    const bins = new Array<number>(16).fill(0);
    for (let a = 0; a < 40; a++) {
      for (let b = 0; b < 40; b++)
        for (let c = 0; c < 10; c++) bins[Math.floor(16 * draws.uniform(8, a, b, c))]++;
    }
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 15 degrees of freedom: above 37.7 once in a thousand.
    expect(chiSquare).toBeLessThan(37.7);
  });
});
