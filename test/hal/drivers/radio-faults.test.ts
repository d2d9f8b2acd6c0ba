import { describe, expect, it } from "vitest";
import { Sx1262Chip } from "../../../host-sim/radio/sx1262-chip";
import type { Medium } from "../../../host-sim/radio/medium";
import { Random } from "../../../host-sim/random";
import type { World } from "../../../host-sim/world";
import * as support from "../../support/chip-radio";
import { counted, countSent, expectToWork, pattern, radioPair, type Tap } from "../../support/chip-radio";

type Make = (world: World, medium: Medium, tap?: Tap) => support.ChipRadio;

const drivers: [string, Make][] = [
  ["SX1262", support.sx1262],
  ["SX1276", support.sx1276],
];

describe.each(drivers)("the %s driver", (_name, make) => {
  it("fetches a frame whose interrupt was lost", () => {
    const pair = radioPair(make, 3);
    pair.b.interrupt.lost = 1;
    pair.a.radio.transmit(pattern(10), 10, 3);
    pair.run(20);
    expect(pair.received).toEqual([]);
    expect(pair.b.radio.transmit(pattern(1), 1, 3)).toBe(false);
    expect(pair.b.radio.channelClear(3)).toBe(false);
    pair.run(300);
    expect(pair.received).toEqual([[...pattern(10)]]);
    expect(pair.b.radio.counters).toEqual(counted({ lateInterrupts: 1 }));
    expectToWork(pair);
  });

  it("finds out by itself that a frame has left", () => {
    const pair = radioPair(make, 3);
    const sent = countSent(pair);
    pair.a.interrupt.lost = 1;
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(20);
    expect(sent()).toBe(1);
    expect(pair.a.radio.counters).toEqual(counted({ lateInterrupts: 1 }));
    expectToWork(pair);
  });

  it("restarts a chip whose frame does not leave", () => {
    const pair = radioPair(make, 3);
    const sent = countSent(pair);
    pair.a.chip.stuckFrames = 1;
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(50);
    expect(sent()).toBe(1);
    expect(pair.a.radio.counters).toEqual(counted({ timeouts: 1 }));
    expectToWork(pair);
  });

  it("restarts a chip that was reset while it sent, and said nothing any more", () => {
    const pair = radioPair(make, 3);
    const sent = countSent(pair);
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(1);
    pair.a.chip.brownOut();
    pair.run(50);
    expect(sent()).toBe(1);
    expect(pair.a.radio.counters).toEqual(counted({ timeouts: 1 }));
    expectToWork(pair);
  });

  it.each([
    ["listened", 0],
    ["received", 200],
  ])("restarts a chip that was reset while it %s", (_what, length) => {
    const pair = radioPair(make, 3);
    pair.a.radio.transmit(pattern(length), length, 3);
    pair.run(3);
    pair.b.chip.brownOut();
    pair.run(400);
    expect(pair.received).toEqual([]);
    expect(pair.b.radio.counters).toEqual(counted({ resets: 1 }));
    expectToWork(pair);
  });

  it("leaves a chip alone that does not answer, and asks again each second until it does", () => {
    const pair = radioPair(make, 3);
    const { chip, radio } = pair.a;
    const transfer = chip.transfer.bind(chip);
    chip.transfer = (buffer) => void buffer.fill(0xff);
    pair.run(10_000);
    const { absent, resets, commandErrors } = radio.counters;
    expect(absent + resets + commandErrors).toBeGreaterThan(5);
    expect(absent + resets + commandErrors).toBeLessThan(50);
    chip.transfer = transfer;
    pair.run(1100);
    expectToWork(pair);
  });

  it("is back two seconds after noise on the bus, whatever it did", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed, "noise");
      let noisy = false;
      const tap: Tap = (bytes) => {
        if (noisy && random.chance(0.2)) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
      };
      const pair = radioPair(make, 3, { tap });
      const sent = countSent(pair);
      let taken = 0;
      noisy = true;
      for (let k = 0; k < 20; k++) {
        const length = 1 + random.below(255);
        if (pair.a.radio.transmit(pattern(length), length, 3)) taken++;
        pair.run(15);
        pair.b.radio.transmit(pattern(length), length, 3);
        pair.run(15);
      }
      noisy = false;
      pair.run(2000);
      pair.a.chip.brownOut();
      pair.run(2000);
      expect(sent(), `seed ${seed}`).toBe(taken);
      expectToWork(pair);
      // The SX1262 shows when it cannot take a command.
      if (pair.a.chip instanceof Sx1262Chip) expect(pair.a.chip.refused).toBe(0);
    }
  });
});

describe.each(drivers)("the %s driver's clear channel assessment", (_name, make) => {
  it.each([
    [-90, false],
    [-94, false],
    [-96, true],
    [-110, true],
  ])("finds %d dBm on its own and on another channel: clear is %s", (rssi_dBm, clear) => {
    for (const channel of [3, 70]) {
      const { a, b, run } = radioPair(make, 3, { rssi_dBm: () => rssi_dBm });
      a.radio.transmit(pattern(255), 255, channel);
      run(5);
      expect(b.radio.channelClear(channel)).toBe(clear);
    }
  });

  it("waits for the signal strength of a channel to settle", () => {
    const { a, b, run } = radioPair(make, 3);
    b.radio.transmit(pattern(200), 200, 3);
    run(18);
    a.radio.transmit(pattern(255), 255, 3);
    run(1);
    b.radio.listen(4);
    b.radio.listen(3);
    expect(b.radio.channelClear(3)).toBe(false);
  });
});
