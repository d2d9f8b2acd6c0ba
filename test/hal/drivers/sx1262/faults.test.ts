import { describe, expect, it } from "vitest";
import {
  counted,
  countSent,
  expectToWork,
  pattern,
  radioPair,
  sx1262,
  type Tap,
} from "../../../support/chip-radio";

describe("the SX1262 driver", () => {
  it("hears from the chip that a frame does not leave, before it would give up itself", () => {
    const pair = radioPair(sx1262, 3);
    const sent = countSent(pair);
    pair.a.chip.stuckFrames = 1;
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(10);
    expect(sent()).toBe(1);
    expect(pair.a.radio.transmit(pattern(30), 30, 3)).toBe(false);
    expect(pair.a.radio.counters).toEqual(counted({ timeouts: 1 }));
  });

  it.each([
    ["before it sends", 0x83],
    ["as it listens", 0x82],
    ["in its settings", 0x8b],
  ])("restarts a chip that does not know a command, %s", (_when, opcode) => {
    let wrong = 0;
    const tap: Tap = (bytes) => {
      if (wrong > 0 && bytes[0] === opcode) {
        wrong--;
        bytes[0] = 0xff;
      }
    };
    const pair = radioPair(sx1262, 3, { tap });
    const sent = countSent(pair);
    wrong = 1;
    pair.a.chip.brownOut();
    pair.run(1500);
    const taken = pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(400);
    expect(sent()).toBe(+taken);
    expect(wrong).toBe(0);
    expectToWork(pair);
  });

  it("leaves alone, and asks again each second, a chip whose BUSY does not fall", () => {
    const { a, run } = radioPair(sx1262, 3);
    a.chip.brownOut();
    a.chip.busy.read = () => 1;
    run(10_000);
    const { absent, resets, commandErrors } = a.radio.counters;
    expect(absent + resets + commandErrors).toBeGreaterThan(5);
    expect(absent + resets + commandErrors).toBeLessThan(50);
    expect(a.radio.transmit(pattern(5), 5, 0)).toBe(false);
    expect(a.radio.channelClear(0)).toBe(false);
  });
});

describe("the SX1262's buffer", () => {
  it("holds frames one after the other, past its end", () => {
    const { a, run, received } = radioPair(sx1262, 3);
    for (let length = 1; length <= 255; length++) {
      a.radio.transmit(pattern(length), length, 3);
      run(30);
    }
    expect(received).toEqual(Array.from({ length: 255 }, (_, i) => [...pattern(i + 1)]));
  });
});
