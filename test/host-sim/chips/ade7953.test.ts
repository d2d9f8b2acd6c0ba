import { describe, expect, it } from "vitest";
import { Ade7953Chip } from "../../../host-sim/chips/ade7953";
import { Feed } from "../../../host-sim/load/feed";
import { steadyLoad } from "../../hal/metering-rig";

const SECOND_US = 1e6;

function connect(active_W: number[], reactive_var: number[] = []) {
  const time = { now_us: 0 };
  const chip = new Ade7953Chip(time, new Feed(steadyLoad(active_W, reactive_var)));
  const frame = (address: number, command: number, data: number[]): number[] => {
    const bytes = new Uint8Array([address >> 8, address & 0xff, command, ...data]);
    chip.transfer(bytes);
    return Array.from(bytes);
  };
  return {
    time,
    chip,
    frame,
    read: (address: number, width = 1 + (address >> 8)): number[] =>
      frame(address, 0x80, new Array(width).fill(0)).slice(3),
    write: (address: number, ...data: number[]) => frame(address, 0x00, data),
  };
}

/** Counts of 120 mJ that 1 kW makes in a second, rounded down. */
const COUNTS_A_SECOND = 8333;

describe("the bus of the ADE7953", () => {
  it("answers as wide as the page of an address says, big-endian", () => {
    const { read, frame } = connect([0]);
    expect(read(0x004)).toEqual([0x40]);
    expect(read(0x102)).toEqual([0x80, 0x04]);
    expect(read(0x280)).toEqual([0x40, 0x00, 0x00]);
    expect(read(0x380)).toEqual([0x00, 0x40, 0x00, 0x00]);
    expect(frame(0x102, 0x80, [0, 0]).slice(0, 3)).toEqual([0xff, 0xff, 0xff]);
    expect(read(0x702, 1)).toEqual([0xff]);
  });

  it("shows accumulators cut off in 24 bits and sign-extended in 32", () => {
    const { time, read, write } = connect([-1000]);
    write(0x004, 0);
    time.now_us = SECOND_US;
    const down = -COUNTS_A_SECOND - 1;
    expect(read(0x31e)).toEqual([0xff, 0xff, (down >> 8) & 0xff, down & 0xff]);
    expect(read(0x21e)).toEqual([0xff, (down >> 8) & 0xff, down & 0xff]);
  });

  it("takes writes of the right length to registers that can be written, and no others", () => {
    const { chip, read, write } = connect([0]);
    write(0x384, 0x00, 0x41, 0x02, 0x03);
    expect(read(0x284)).toEqual([0x41, 0x02, 0x03]);
    write(0x384, 0x00, 0x55);
    write(0x31e, 0, 0, 0, 5);
    expect(read(0x384)).toEqual([0x00, 0x41, 0x02, 0x03]);
    expect(read(0x31e)).toEqual([0, 0, 0, 0]);
    const cut = new Uint8Array([0x03, 0x84, 0x00, 0, 0, 0, 1]);
    chip.shift(cut, 55);
    expect(read(0x384)).toEqual([0x00, 0x41, 0x02, 0x03]);
  });

  it("floats after the last clock of a frame that is cut off", () => {
    const { chip } = connect([0]);
    const frame = new Uint8Array([0x01, 0x02, 0x80, 0, 0]);
    chip.shift(frame, 30);
    expect(Array.from(frame.slice(3))).toEqual([0x83, 0xff]);
  });

  it("opens register 0x120 to the frame right after the unlocking one only", () => {
    const { read, write } = connect([0]);
    write(0x120, 0, 0x30);
    expect(read(0x120)).toEqual([0, 0]);
    write(0x0fe, 0xad);
    read(0x102);
    write(0x120, 0, 0x30);
    expect(read(0x120)).toEqual([0, 0]);
    write(0x0fe, 0xac);
    write(0x120, 0, 0x30);
    expect(read(0x120)).toEqual([0, 0]);
    write(0x0fe, 0xad);
    write(0x120, 0, 0x30);
    expect(read(0x120)).toEqual([0, 0x30]);
  });
});

describe("the accumulators", () => {
  const value = (bytes: number[]): number => bytes.reduce((sum, byte) => (sum << 8) | byte, 0);

  it("start over when read while RSTREAD is set, and keep what is below a count", () => {
    const { time, read } = connect([1000]);
    const counts: number[] = [];
    for (let i = 1; i <= 3; i++) {
      time.now_us = i * SECOND_US;
      counts.push(value(read(0x31e)));
      expect(value(read(0x31e))).toBe(0);
    }
    expect(counts).toEqual([COUNTS_A_SECOND, COUNTS_A_SECOND, COUNTS_A_SECOND + 1]);
  });

  it("keep counting when read otherwise, and wrap at 24 bits with the sign of the 24th", () => {
    const { time, read, write } = connect([24_000, -24_000], [0, 12_000]);
    write(0x004, 0);
    time.now_us = 41.9 * SECOND_US;
    expect(value(read(0x31e))).toBe(8_380_000);
    time.now_us = 42 * SECOND_US;
    expect(value(read(0x31e))).toBe(8_400_000 - 2 ** 24);
    expect(value(read(0x31f))).toBe(2 ** 24 - 8_400_000);
    expect(value(read(0x321))).toBe(4_200_000);
  });
});

describe("a reset", () => {
  it("at power-on, asked for or silent, leaves reset values and sets a flag that one register clears", () => {
    const meter = connect([1000]);
    const flag = [0x00, 0x10, 0x00, 0x00];
    const resets = [() => {}, () => meter.write(0x102, 0x80, 0x84), () => meter.chip.reset()];
    for (const reset of resets) {
      reset();
      expect(meter.read(0x102)).toEqual([0x80, 0x04]);
      expect(meter.read(0x120)).toEqual([0, 0]);
      expect(meter.read(0x31e)).toEqual([0, 0, 0, 0]);
      expect(meter.read(0x32d)).toEqual(flag);
      expect(meter.read(0x32e)).toEqual(flag);
      expect(meter.read(0x32d)).toEqual([0, 0, 0, 0]);
      meter.write(0x0fe, 0xad);
      meter.write(0x120, 0, 0x30);
      meter.time.now_us += SECOND_US;
    }
  });

  it("by a brown-out answers nothing until the supply is back", () => {
    const { time, chip, read } = connect([1000]);
    chip.brownOut(SECOND_US);
    expect(read(0x102)).toEqual([0xff, 0xff]);
    time.now_us = SECOND_US;
    expect(read(0x102)).toEqual([0x80, 0x04]);
  });
});
