import { describe, expect, it } from "vitest";
import { Random } from "../../../../host-sim/random";
import { pattern, radioPair, sx1276, type Tap } from "../../../support/chip-radio";

const NONE = { commandErrors: 0, timeouts: 0, resets: 0, absent: 0, lateInterrupts: 0, fifoErrors: 0 };

type Pair = ReturnType<typeof radioPair<ReturnType<typeof sx1276>>>;

/** Frames go both ways. */
function works({ a, b, run, received }: Pair): void {
  received.length = 0;
  let heard = 0;
  a.radio.onReceive = () => heard++;
  expect(a.radio.transmit(pattern(160), 160, 3)).toBe(true);
  run(20);
  expect(b.radio.transmit(pattern(161), 161, 3)).toBe(true);
  run(20);
  expect(received).toEqual([[...pattern(160)]]);
  expect(heard).toBe(1);
}

function countSent({ a }: Pair): () => number {
  let sent = 0;
  a.radio.onSent = () => sent++;
  return () => sent;
}

describe("the SX1276 driver", () => {
  it("fetches a frame whose interrupt was lost", () => {
    const pair = radioPair(sx1276, 3);
    pair.b.chip.dio0.lost = 1;
    pair.a.radio.transmit(pattern(10), 10, 3);
    pair.run(20);
    expect(pair.received).toEqual([]);
    expect(pair.b.radio.transmit(pattern(1), 1, 3)).toBe(false);
    pair.run(300);
    expect(pair.received).toEqual([[...pattern(10)]]);
    expect(pair.b.radio.counters).toEqual({ ...NONE, lateInterrupts: 1 });
    works(pair);
  });

  it("loses a frame that overran the FIFO, and no other", () => {
    const pair = radioPair(sx1276, 3);
    pair.b.chip.dio1.lost = 1;
    pair.a.radio.transmit(pattern(200), 200, 3);
    pair.run(300);
    expect(pair.received).toEqual([]);
    expect(pair.b.radio.counters).toEqual({ ...NONE, lateInterrupts: 1, fifoErrors: 1 });
    works(pair);
  });

  it("counts a frame that the FIFO ran out of, and goes on", () => {
    const pair = radioPair(sx1276, 3);
    const sent = countSent(pair);
    pair.a.radio.transmit(pattern(200), 200, 3);
    pair.a.chip.dio1.lost = 1;
    pair.run(50);
    expect(sent()).toBe(1);
    expect(pair.received).toEqual([[...pattern(200).slice(0, 63), ...new Array<number>(137).fill(0)]]);
    expect(pair.a.radio.counters).toEqual({ ...NONE, fifoErrors: 1 });
    works(pair);
  });

  it("finds out by itself that a frame has left", () => {
    const pair = radioPair(sx1276, 3);
    const sent = countSent(pair);
    pair.a.chip.dio0.lost = 1;
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(20);
    expect(sent()).toBe(1);
    expect(pair.a.radio.counters).toEqual({ ...NONE, lateInterrupts: 1 });
    works(pair);
  });

  it("restarts a chip whose frame does not leave", () => {
    const pair = radioPair(sx1276, 3);
    const sent = countSent(pair);
    pair.a.chip.stuckFrames = 1;
    pair.a.radio.transmit(pattern(30), 30, 3);
    pair.run(60);
    expect(sent()).toBe(1);
    expect(pair.a.radio.counters).toEqual({ ...NONE, timeouts: 1 });
    works(pair);
  });

  it("restarts a chip that was reset while it sent, received or listened", () => {
    const pair = radioPair(sx1276, 3);
    const sent = countSent(pair);
    pair.a.radio.transmit(pattern(200), 200, 3);
    pair.run(3);
    pair.a.chip.brownOut();
    pair.run(400);
    expect(sent()).toBe(1);
    pair.a.radio.transmit(pattern(200), 200, 3);
    pair.run(3);
    pair.b.chip.brownOut();
    pair.run(400);
    pair.b.chip.brownOut();
    pair.run(400);
    expect(pair.b.radio.counters.resets).toBe(2);
    works(pair);
  });

  it("has the last byte wrong of a frame that collided", () => {
    const pair = radioPair(sx1276, 3);
    const other = sx1276(pair.world, pair.medium);
    other.radio.listen(3);
    pair.run(50);
    pair.a.radio.transmit(pattern(100), 100, 3);
    pair.run(2);
    other.radio.transmit(pattern(20), 20, 3);
    pair.run(50);
    const corrupted = pattern(100);
    corrupted[99] = corrupted[99] ^ 0xff;
    expect(pair.received).toEqual([[...corrupted]]);
    works(pair);
  });

  it("is back two seconds after noise on the bus, whatever it did", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed, "noise");
      let noisy = false;
      const tap: Tap = (bytes) => {
        if (noisy && random.chance(0.2)) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
      };
      const pair = radioPair(sx1276, 3, { tap });
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

describe("the SX1276 driver's clear channel assessment", () => {
  it.each([
    [-94, false],
    [-96, true],
  ])("finds %d dBm on its own and on another channel: clear is %s", (rssi_dBm, clear) => {
    for (const channel of [3, 70]) {
      const { a, b, run } = radioPair(sx1276, 3, { rssi_dBm: () => rssi_dBm });
      a.radio.transmit(pattern(255), 255, channel);
      run(5);
      expect(b.radio.channelClear(channel)).toBe(clear);
    }
  });
});
