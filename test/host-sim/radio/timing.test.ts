import { describe, expect, it } from "vitest";
import { Medium, OPEN_STREET } from "../../../host-sim/radio/medium";
import { DEVICE, IDEAL, type RadioTiming } from "../../../host-sim/radio/timing";
import { Random } from "../../../host-sim/random";
import { World } from "../../../host-sim/world";

/** 12 bytes: 1.84 ms on the air. */
const FRAME = new Uint8Array(12);
const AIRTIME_us = 1840;

function pair(timing: RadioTiming) {
  const world = new World();
  const medium = new Medium({ ...OPEN_STREET, timing, world, random: new Random(1, "air") });
  const [a, b] = [medium.addRadio(), medium.addRadio()];
  a.listen(5);
  b.listen(5);
  const starts_us: number[] = [];
  medium.onFrame = (at_us) => starts_us.push(at_us);
  world.runUntil(10_000);
  return { world, a, b, starts_us };
}

describe("the times of radio and software", () => {
  it("are a turnaround alone in the textbook", () => {
    const { world, a, b, starts_us } = pair(IDEAL);
    let received_us = 0;
    let sent_us = 0;
    b.onReceive = () => (received_us = world.now_us);
    a.onSent = () => (sent_us = world.now_us);
    a.transmit(FRAME, FRAME.length, 5);
    world.runUntil(1e6);
    expect(starts_us).toEqual([10_120]);
    expect(received_us).toBe(10_120 + AIRTIME_us);
    expect(sent_us).toBe(received_us);
  });

  it("let a device acknowledge within 10 ms, and not in less than 3", () => {
    const { world, a, b, starts_us } = pair(DEVICE);
    b.onReceive = () => b.transmit(FRAME, FRAME.length, 5);
    for (let k = 0; k < 200; k++) world.at(20_000 + 50_000 * k, () => a.transmit(FRAME, FRAME.length, 5));
    world.runUntil(60e6);
    expect(starts_us.length).toBe(400);
    const turnarounds_us = [];
    for (let k = 0; k < 400; k += 2) turnarounds_us.push(starts_us[k + 1] - starts_us[k] - AIRTIME_us);
    expect(Math.min(...turnarounds_us)).toBeGreaterThan(3000);
    expect(Math.max(...turnarounds_us)).toBeLessThan(10_000);
    expect(new Set(turnarounds_us).size).toBeGreaterThan(50);
  });

  it("keep a device from sending while its software is still about a frame", () => {
    const { world, a, b } = pair(DEVICE);
    a.transmit(FRAME, FRAME.length, 5);
    const taken: boolean[] = [];
    world.at(10_250 + AIRTIME_us + 1000, () => taken.push(b.transmit(FRAME, FRAME.length, 5)));
    world.at(10_250 + AIRTIME_us + 6000, () => taken.push(b.transmit(FRAME, FRAME.length, 5)));
    world.runUntil(1e6);
    expect(taken).toEqual([false, true]);
  });

  it("make a device deaf for a hop and after sending, but for what the preamble forgives", () => {
    const heard = (turned_us: number): number => {
      const { world, a, b } = pair(DEVICE);
      let received = 0;
      b.onReceive = () => received++;
      // On the air from 20,250 us on.
      world.at(20_000, () => a.transmit(FRAME, FRAME.length, 9));
      world.at(turned_us, () => b.listen(9));
      world.runUntil(1e6);
      return received;
    };
    expect(heard(20_400)).toBe(1);
    expect(heard(20_401)).toBe(0);
  });

  it("make a look at another channel cost a device the time to settle there and back", () => {
    const start = (channel: number): number => {
      const { world, a, starts_us } = pair(DEVICE);
      expect(a.channelClear(channel)).toBe(true);
      a.transmit(FRAME, FRAME.length, channel);
      world.runUntil(1e6);
      return starts_us[0] - 10_000;
    };
    expect(start(5)).toBe(250);
    expect(start(6)).toBe(250 + 1000 + 2 * 250);
  });

  it("bring nothing to software whose power was lost meanwhile", () => {
    const { world, a, b } = pair(DEVICE);
    let received = 0;
    a.transmit(FRAME, FRAME.length, 5);
    world.at(10_250 + AIRTIME_us + 500, () => {
      b.powerOff();
      b.onReceive = () => received++;
    });
    world.runUntil(1e6);
    expect(received).toBe(0);
  });
});
