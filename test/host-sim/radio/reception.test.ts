import { describe, expect, it } from "vitest";
import { OpenAir } from "../../../host-sim/radio/open-air";
import { bitErrorRate, bitsRight, noise_dBm } from "../../../host-sim/radio/reception";
import { Transmission, type Overlap } from "../../../host-sim/radio/transmission";

const BIT_RATE = 100_000;
const CHANNEL = 40;
/** On the air from 0 to 8,880 us: sync word from 640 us on, the frame from 880 us on. */
const LENGTH = 100;
const END_us = 8880;

/** Chance of a frame at -60 dBm against others, of which `strengths_dBm` tells the strengths. */
function chance(others: Partial<Overlap & { dBm: number }>[], listening_us = 0, own_dBm = -60): number {
  const air = new OpenAir(BIT_RATE, (from) => (from === 0 ? own_dBm : (others[from - 1].dBm ?? -60)));
  const frame = new Transmission(0, 255);
  frame.channel = CHANNEL;
  frame.length = LENGTH;
  frame.start_us = 0;
  frame.duration_us = END_us;
  others.forEach((other, index) =>
    frame.overlaps.push({ channel: CHANNEL, start_us: 0, end_us: END_us, ...other, from: index + 1 }),
  );
  return air.reception(frame, 9, own_dBm, listening_us, 0);
}

describe("noise", () => {
  it("is -174 dBm a hertz and the receiver's own 7 dB", () => {
    expect(noise_dBm(100_000)).toBeCloseTo(-117, 9);
    expect(noise_dBm(50_000)).toBeCloseTo(-120.01, 2);
  });

  it("makes half of the bits wrong where there is no signal", () => {
    expect(bitErrorRate(0)).toBe(0.5);
    expect(bitErrorRate(10)).toBeCloseTo(0.5 * Math.exp(-5), 12);
  });

  it.each([
    [10.1, 0.9, 0.02],
    [12.2, 0.1, 0.01],
    [13.3, 0.01, 0.002],
  ])("takes of frames of 100 bytes at %d dB the share %d", (ratio_dB, lost, within) => {
    expect(Math.abs(1 - bitsRight(800, 10 ** (ratio_dB / 10)) - lost)).toBeLessThan(within);
  });

  it("loses what is weak, and nothing that is strong", () => {
    expect(chance([], 0, -60)).toBeCloseTo(1, 9);
    expect(chance([], 0, -117 + 12.2)).toBeCloseTo(0.9, 1);
    expect(chance([], 0, -117)).toBeLessThan(1e-9);
  });
});

describe("frames that overlap", () => {
  it("harm as far as they last: a segment at a time", () => {
    const bytes = (count: number) => chance([{ start_us: END_us - count * 80, end_us: END_us + 5000 }]);
    // At equal strength, taken as noise 3.3 dB weaker, 17 of 100 bits go wrong.
    const perBit = 1 - bitErrorRate(10 ** 0.33);
    for (const count of [1, 2, 10]) expect(bytes(count)).toBeCloseTo(perBit ** (8 * count), 4);
    expect(chance([{ start_us: END_us, end_us: 2 * END_us }])).toBeCloseTo(1, 9);
    const two = chance([
      { start_us: 2000, end_us: 2080 },
      { start_us: 7000, end_us: 7080 },
    ]);
    expect(two).toBeCloseTo(perBit ** 16, 4);
  });

  it("add up where they overlap each other, too", () => {
    const later = { start_us: 1000, dBm: -71 };
    expect(chance([later])).toBeGreaterThan(0.95);
    expect(chance([later, later, later])).toBeLessThan(0.1);
  });

  it("leave the stronger frame whole from 10 dB on, where it came first", () => {
    expect(chance([{ start_us: 1000, dBm: -70 }])).toBeCloseTo(0.99, 2);
    expect(chance([{ start_us: 1000, dBm: -66 }])).toBeLessThan(0.1);
  });

  it.each([
    ["before the sync word of the earlier one has ended", -800, 0.99],
    ["later than that", -801, 0],
  ])("let a later one that is 10 dB stronger through %s", (_when, start_us, expected) => {
    expect(chance([{ start_us, dBm: -70 }], -10_000)).toBeCloseTo(expected, 2);
  });

  it("let a later one that is stronger through where the receiver came to the channel after the earlier one", () => {
    expect(chance([{ start_us: -5000, dBm: -70 }], -4000)).toBeCloseTo(0.99, 2);
    expect(chance([{ start_us: -5000, dBm: -70 }], -6000)).toBe(0);
  });

  it("do not hold a receiver that cannot make them out", () => {
    expect(chance([{ start_us: -5000, dBm: -112 }], -6000)).toBeCloseTo(1, 3);
  });

  it.each([
    [1, 25],
    [2, 40],
  ])("harm %d channels off as if %d dB weaker", (off, rejection_dB) => {
    const beside = (dBm: number) => chance([{ channel: CHANNEL + off, start_us: -1000, dBm }], -9000);
    expect(beside(-60 + rejection_dB - 10)).toBeCloseTo(0.99, 2);
    expect(beside(-60 + rejection_dB - 6)).toBeLessThan(0.1);
  });
});
