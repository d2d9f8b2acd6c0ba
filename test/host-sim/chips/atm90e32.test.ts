import crc16ccitt from "crc/calculators/crc16ccitt";
import { beforeEach, describe, expect, it } from "vitest";
import { Atm90e32Chip } from "../../../host-sim/chips/atm90e32";
import { Feed } from "../../../host-sim/load/feed";
import { steadyLoad } from "../../hal/metering-rig";

const time = { now_us: 0 };
let chip: Atm90e32Chip;

function read(address: number, clocks = 32): number {
  const frame = new Uint8Array([0x80 | (address >> 8), address & 0xff, 0, 0]);
  chip.shift(frame, clocks);
  return (frame[2] << 8) | frame[3];
}

function write(address: number, value: number, clocks = 32): void {
  chip.shift(new Uint8Array([address >> 8, address & 0xff, value >> 8, value & 0xff]), clocks);
}

function start(active_W: number[]): void {
  time.now_us = 0;
  chip = new Atm90e32Chip(time, new Feed(steadyLoad(active_W)));
  write(0x7f, 0x55aa);
  write(0x00, 1);
  write(0x7f, 0);
}

/** Seconds pass. */
function after(seconds: number): void {
  time.now_us += seconds * 1e6;
}

beforeEach(() => start([1125, 1125]));

describe("the simulated ATM90E32AS", () => {
  it("clears an energy register on reading, keeps the remainder, and repeats the value in LastSPIData", () => {
    after(5);
    expect(read(0x81)).toBe(500);
    expect(read(0x78)).toBe(500);
    expect(read(0x78)).toBe(500);
    expect(read(0x81)).toBe(0);
    expect(read(0x80)).toBe(1000);
    after(0.005);
    expect(read(0x81)).toBe(0);
    after(0.005);
    expect(read(0x81)).toBe(1);
  });

  it("reads PLconst 0x0861C468 after a reset", () => {
    expect([read(0x31), read(0x32)]).toEqual([0x0861, 0xc468]);
  });

  it.each([0, 1, 15])("knows nothing of a frame of %i clocks", (clocks) => {
    after(5);
    expect(read(0x81, clocks)).toBe(0xffff);
    expect(read(0x81)).toBe(500);
  });

  it.each([16, 20, 31])(
    "loses the counts of a read cut off at %i clocks: LastSPIData is of before",
    (clocks) => {
      read(0x31);
      after(5);
      const sure = 0xffff ^ (0xffff >> (clocks - 16));
      expect(read(0x81, clocks) & sure).toBe(500 & sure);
      expect(read(0x78)).toBe(0x0861);
      expect(read(0x81)).toBe(0);
    },
  );

  it("commits writes at exactly 32 clocks, to unlocked registers only", () => {
    write(0x08, 0x1111);
    expect(read(0x08)).toBe(0x1000);
    write(0x7f, 0x55aa);
    write(0x08, 0x1111, 31);
    expect(read(0x08)).toBe(0x1000);
    write(0x08, 0x1111);
    expect(read(0x78)).toBe(0x1111);
    expect(read(0x08)).toBe(0x1111);
  });

  it("ignores the five bits between the read bit and the address", () => {
    const frame = new Uint8Array([0xfc, 0x31, 0, 0]);
    chip.transfer(frame);
    expect((frame[2] << 8) | frame[3]).toBe(0x0861);
  });

  it("counts only while metering is enabled and the power mode is normal", () => {
    after(5);
    read(0x81);
    chip.powerMode = 1;
    after(5);
    expect(read(0x81)).toBe(0);
    chip.powerMode = 3;
    after(5);
    expect(read(0x81)).toBe(500);
    write(0x7f, 0x55aa);
    write(0x00, 0);
    after(5);
    expect(read(0x81)).toBe(0);
  });

  it("starts a register over past 16 bits", () => {
    start([24_000]);
    after(31);
    expect(read(0x81)).toBe(Math.floor((31 * 24_000) / 3600 / 0.003125) - 0x10000);
  });

  it("adds up in the total the phases that MMode0 names", () => {
    write(0x7f, 0x55aa);
    write(0x33, 0x0084);
    after(5);
    expect([read(0x80), read(0x81), read(0x82)]).toEqual([500, 500, 500]);
  });

  it("forgets everything at a brown-out and at a soft reset", () => {
    for (const reset of [() => chip.brownOut(), () => write(0x70, 0x789a)]) {
      start([1125, 1125]);
      after(5);
      reset();
      expect([read(0x00), read(0x80), read(0x61)]).toEqual([0, 0, 0x8000]);
      after(5);
      expect(read(0x80)).toBe(0);
    }
  });

  it("checks its configuration by a CRC-16 against the one at locking", () => {
    const image = new Uint8Array(224);
    for (let i = 0; i < 112; i++) {
      image[2 * i] = read(i) >> 8;
      image[2 * i + 1] = read(i) & 0xff;
    }
    expect(read(0x7a)).toBe(crc16ccitt(image));
    expect(read(0x79)).toBe(0);
    chip.upset(0x61, 0x8001);
    expect(read(0x7a)).not.toBe(crc16ccitt(image));
    expect(read(0x79)).not.toBe(0);
  });

  it("tells its temperature once that is switched on", () => {
    expect(read(0xfc)).toBe(0);
    write(0x216, 0x5183);
    expect(read(0x216)).toBe(0);
    write(0x2ff, 0x55aa);
    write(0x216, 0x5183);
    write(0x219, 0x01c1);
    write(0x2ff, 0);
    after(1);
    expect(read(0xfc)).toBe(25);
  });

  it("keeps changes of the supply where that is enabled, until ones are written", () => {
    chip.upset(0x74, 0x7000);
    write(0x74, 0x3000);
    expect(read(0x74)).toBe(0x4000);
    write(0x76, 0x4000);
    // A sag threshold above any voltage: all three phases sag, and A's is kept.
    chip.upset(0x74, 0);
    chip.upset(0x08, 0xffff);
    expect(read(0x72) & 0x7000).toBe(0x7000);
    expect(read(0x74)).toBe(0x4000);
    write(0x72, 0x7000);
    expect(read(0x72) & 0x7000).toBe(0x7000);
  });
});
