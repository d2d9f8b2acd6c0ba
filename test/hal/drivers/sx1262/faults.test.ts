import { describe, expect, it } from "vitest";
import { Processor } from "../../../../host-sim/processor";
import { Random } from "../../../../host-sim/random";
import { World } from "../../../../host-sim/world";
import { Sx1262 } from "hal/drivers/sx1262/driver";
import { pattern, radioPair, sx1262, type Tap } from "../../../support/chip-radio";

const NONE = { commandErrors: 0, timeouts: 0, resets: 0, absent: 0, lateInterrupts: 0, fifoErrors: 0 };

type Pair = ReturnType<typeof radioPair<ReturnType<typeof sx1262>>>;

/** Frames go both ways. */
function works({ a, b, run, received }: Pair): void {
  received.length = 0;
  let heard = 0;
  a.radio.onReceive = () => heard++;
  expect(a.radio.transmit(pattern(60), 60, 3)).toBe(true);
  run(20);
  expect(b.radio.transmit(pattern(61), 61, 3)).toBe(true);
  run(20);
  expect(received).toEqual([[...pattern(60)]]);
  expect(heard).toBe(1);
  expect(a.chip.whileBusy + b.chip.whileBusy).toBe(0);
}

/** How often a frame is said to have left. */
function countSent({ a }: Pair): () => number {
  let sent = 0;
  a.radio.onSent = () => sent++;
  return () => sent;
}

describe("the SX1262 driver", () => {
  it("fetches a frame whose interrupt was lost", () => {
    const pair = radioPair(sx1262, 3);
    pair.b.chip.dio1.lost = 1;
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(20);
    expect(pair.received).toEqual([]);
    expect(pair.b.radio.transmit(pattern(1), 1, 3)).toBe(false);
    expect(pair.b.radio.channelClear(3)).toBe(false);
    pair.run(300);
    expect(pair.received).toEqual([[...pattern(30)]]);
    expect(pair.b.radio.counters).toEqual({ ...NONE, lateInterrupts: 1 });
    works(pair);
  });

  it("finds out by itself that a frame has left", () => {
    const pair = radioPair(sx1262, 3);
    const sent = countSent(pair);
    pair.a.chip.dio1.lost = 1;
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(20);
    expect(sent()).toBe(1);
    expect(pair.a.radio.counters).toEqual({ ...NONE, lateInterrupts: 1 });
    works(pair);
  });

  it("restarts a chip whose frame does not leave, as the chip says", () => {
    const pair = radioPair(sx1262, 3);
    const sent = countSent(pair);
    pair.a.chip.stuckFrames = 1;
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(10);
    expect(sent()).toBe(1);
    expect(pair.a.radio.transmit(pattern(30), 30, 3)).toBe(false);
    pair.run(30);
    expect(pair.a.radio.counters).toEqual({ ...NONE, timeouts: 1 });
    works(pair);
  });

  it("restarts a chip that was reset while it sent, and said nothing any more", () => {
    const pair = radioPair(sx1262, 3);
    const sent = countSent(pair);
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(1);
    pair.a.chip.brownOut();
    pair.run(50);
    expect(sent()).toBe(1);
    expect(pair.received).toEqual([]);
    expect(pair.a.radio.counters).toEqual({ ...NONE, timeouts: 1 });
    works(pair);
  });

  it("restarts a chip that was reset while it listened", () => {
    const pair = radioPair(sx1262, 3);
    pair.b.chip.brownOut();
    pair.run(300);
    expect(pair.b.radio.counters).toEqual({ ...NONE, resets: 1 });
    works(pair);
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
    works(pair);
  });

  it.each([0, 1])(
    "leaves alone, and asks again each second, where BUSY is always %d and no chip is",
    (level) => {
      const world = new World();
      const processor = new Processor(world);
      const pin = { read: () => level, onReadable: () => {} };
      const radio = new Sx1262({
        spi: { transfer: (buffer) => void buffer.fill(0xff) },
        busy: pin,
        dio1: { read: () => 0, onReadable: () => {} },
        reset: { write: () => {} },
        clock: { now_ms: () => Math.floor(processor.now_us / 1000) },
        delay_ms: processor.delay_ms,
        timer: processor.oneShot(),
        power_dBm: 22,
      });
      world.runUntil(10e6);
      const { absent, resets, commandErrors } = radio.counters;
      expect(absent + resets + commandErrors).toBeGreaterThan(5);
      expect(absent + resets + commandErrors).toBeLessThan(50);
      if (level === 1) {
        expect(radio.transmit(pattern(5), 5, 0)).toBe(false);
        expect(radio.channelClear(0)).toBe(false);
      }
    },
  );

  it("is back two seconds after noise on the bus, whatever it did", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed, "noise");
      let noisy = false;
      const tap: Tap = (bytes) => {
        if (noisy && random.chance(0.2)) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
      };
      const pair = radioPair(sx1262, 3, { tap });
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
      works(pair);
    }
  });
});

describe("the SX1262 driver's clear channel assessment", () => {
  it.each([
    [-90, false],
    [-94, false],
    [-96, true],
    [-110, true],
  ])("finds %d dBm on its own and on another channel: clear is %s", (rssi_dBm, clear) => {
    for (const channel of [3, 70]) {
      const { a, b, run } = radioPair(sx1262, 3, { rssi_dBm: () => rssi_dBm });
      a.radio.transmit(pattern(255), 255, channel);
      run(5);
      expect(b.radio.channelClear(channel)).toBe(clear);
    }
  });

  it("waits for the signal strength of a channel to settle", () => {
    const { a, b, run } = radioPair(sx1262, 3);
    b.radio.transmit(pattern(200), 200, 3);
    run(18);
    a.radio.transmit(pattern(255), 255, 3);
    run(1);
    b.radio.listen(4);
    b.radio.listen(3);
    expect(b.radio.channelClear(3)).toBe(false);
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
