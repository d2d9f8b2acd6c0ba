import { describe, expect, it } from "vitest";
import { counted, countSent, expectToWork, pattern, radioPair, sx1276 } from "../../../support/chip-radio";

describe("the SX1276 driver", () => {
  it("loses a frame that overran the FIFO, and no other", () => {
    const pair = radioPair(sx1276, 3);
    pair.b.chip.dio1.lost = 1;
    pair.a.radio.transmit(pattern(200), 200, 3);
    pair.run(300);
    expect(pair.received).toEqual([]);
    expect(pair.b.radio.counters).toEqual(counted({ lateInterrupts: 1, fifoErrors: 1 }));
    expectToWork(pair);
  });

  it("counts a frame that the FIFO ran out of, and goes on", () => {
    const pair = radioPair(sx1276, 3);
    const sent = countSent(pair);
    pair.a.radio.transmit(pattern(200), 200, 3);
    pair.a.chip.dio1.lost = 1;
    pair.run(50);
    expect(sent()).toBe(1);
    expect(pair.received).toEqual([[...pattern(200).slice(0, 63), ...new Array<number>(137).fill(0)]]);
    expect(pair.a.radio.counters).toEqual(counted({ fifoErrors: 1 }));
    expectToWork(pair);
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
    expectToWork(pair);
  });
});
