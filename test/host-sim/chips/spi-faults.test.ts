import { describe, expect, it } from "vitest";
import { FaultySpi, faultyBus, type Shiftable } from "../../../host-sim/chips/spi-faults";
import { Random } from "../../../host-sim/random";
import { noFaults } from "../../../host-sim/options";

/** Answers 0x1234 to everything and keeps what it heard. */
class Recorder implements Shiftable {
  readonly commandBytes = 2;
  heard: { command: number; clocks: number }[] = [];

  transfer(buffer: Uint8Array): void {
    this.shift(buffer, 32);
  }

  shift(buffer: Uint8Array, clocks: number): void {
    this.heard.push({ command: (buffer[0] << 8) | buffer[1], clocks });
    buffer[2] = 0x12;
    buffer[3] = 0x34;
  }
}

const FRAMES = 100_000;
const COMMAND = 0x8080;

function run(faults: Partial<typeof noFaults>, seed = 1) {
  const chip = new Recorder();
  const bus = new FaultySpi(chip, { ...noFaults, ...faults }, new Random(seed, "spi"));
  const answers: number[] = [];
  const frame = new Uint8Array(4);
  for (let i = 0; i < FRAMES; i++) {
    frame[0] = COMMAND >> 8;
    frame[1] = COMMAND & 0xff;
    bus.transfer(frame);
    answers.push((frame[2] << 8) | frame[3]);
  }
  return { chip, bus, answers };
}

function bits(difference: number): number {
  let count = 0;
  for (let rest = difference; rest !== 0; rest >>= 1) count += rest & 1;
  return count;
}

describe("SPI faults", () => {
  it("are not there, at no cost, when none is asked for", () => {
    const chip = new Recorder();
    expect(faultyBus(chip, noFaults, new Random(1, "spi")).spi).toBe(chip);
    expect(faultyBus(chip, { ...noFaults, spiNoise: 0.1 }, new Random(1, "spi")).spi).not.toBe(chip);
  });

  it("end when the bus is calm", () => {
    const chip = new Recorder();
    const { spi, calm } = faultyBus(chip, { ...noFaults, spiCommand: 1 }, new Random(1, "spi"));
    const frame = (): Uint8Array => Uint8Array.of(COMMAND >> 8, COMMAND & 0xff, 0, 0);
    spi.transfer(frame());
    calm();
    spi.transfer(frame());
    expect(chip.heard.map(({ command }) => command === COMMAND)).toEqual([false, true]);
  });

  it("noise inverts one bit of a share of the answers, any of the 16", () => {
    const { chip, bus, answers } = run({ spiNoise: 0.01 });
    const hit = answers.filter((answer) => answer !== 0x1234);
    expect(hit.length).toBe(bus.hits);
    expect(hit.length / FRAMES).toBeCloseTo(0.01, 2);
    expect(hit.every((answer) => bits(answer ^ 0x1234) === 1)).toBe(true);
    expect(new Set(hit).size).toBe(16);
    expect(chip.heard.every(({ command, clocks }) => command === COMMAND && clocks === 32)).toBe(true);
  });

  it("command faults invert one bit of a share of the commands", () => {
    const { chip } = run({ spiCommand: 0.01 });
    const hit = chip.heard.filter(({ command }) => command !== COMMAND);
    expect(hit.length / FRAMES).toBeCloseTo(0.01, 2);
    expect(hit.every(({ command }) => bits(command ^ COMMAND) === 1)).toBe(true);
    expect(new Set(hit.map(({ command }) => command)).size).toBe(16);
  });

  it("aborts cut a share of the frames below 32 clocks", () => {
    const { chip } = run({ spiAbort: 0.01 });
    const cut = chip.heard.filter(({ clocks }) => clocks !== 32);
    expect(cut.length / FRAMES).toBeCloseTo(0.01, 2);
    expect(Math.max(...cut.map(({ clocks }) => clocks))).toBe(31);
    expect(Math.min(...cut.map(({ clocks }) => clocks))).toBe(0);
  });

  it("come again with the same seed, and differ with another", () => {
    const faults = { spiNoise: 0.01 };
    expect(run(faults, 7).answers).toEqual(run(faults, 7).answers);
    expect(run(faults, 7).answers).not.toEqual(run(faults, 8).answers);
  });

  it("stuck lines answer one level and keep everything from the chip", () => {
    const chip = new Recorder();
    const bus = new FaultySpi(chip, noFaults, new Random(1, "spi"));
    bus.stuck = 0xff;
    const frame = new Uint8Array([0x80, 0x80, 0, 0]);
    bus.transfer(frame);
    expect(Array.from(frame)).toEqual([0xff, 0xff, 0xff, 0xff]);
    expect(chip.heard).toEqual([]);
  });
});
