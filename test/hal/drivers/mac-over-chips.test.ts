import { describe, expect, it } from "vitest";
import type { Radio } from "hal/radio";
import { FrameType } from "firmware/mesh/mac/frame";
import type { Medium } from "../../../host-sim/radio/medium";
import { IDEAL } from "../../../host-sim/radio/timing";
import { Random } from "../../../host-sim/random";
import type { World } from "../../../host-sim/world";
import { sx1262, sx1276 } from "../../support/chip-radio";
import { macStreet, send } from "../../support/mac-street";

type Maker = (world: World, medium: Medium) => Radio;

const FRAMES = 60;
const INTERVAL_US = 300_000;
const START_US = 100_000;

/** Every node sends numbered frames of many lengths to others and to all; answers what came where. */
function exchange(nodes: number, seed: number, frameLoss: number, maker?: Maker) {
  const { world, medium, macs } = macStreet(nodes, seed, { frameLoss }, maker);
  const random = new Random(seed, "exchange");
  const received: string[] = [];
  let failed = 0;
  macs.forEach((mac, n) => {
    mac.onSent = (_destination, _attempts, delivered) => (failed += +!delivered);
    mac.onFrame = (_source, buffer, offset, length, broadcast) =>
      received.push(`${buffer[offset]}#${buffer[offset + 1]}>${n} ${length} ${broadcast}`);
    for (let k = 0; k < FRAMES; k++) {
      const payload = new Uint8Array(2 + random.below(200));
      payload.set([n, k]);
      const other = (n + 1 + random.below(nodes - 1)) % nodes;
      const all = random.chance(0.1);
      world.at(START_US + random.below(FRAMES * INTERVAL_US), () =>
        send(mac, all ? undefined : macs[other].eui64, payload),
      );
    }
  });
  const turnarounds_us = acknowledgements(medium);
  world.runUntil(START_US + FRAMES * INTERVAL_US + 60e6);
  const unicast = received.filter((frame) => frame.endsWith("false")).sort();
  return { unicast, broadcasts: received.length - unicast.length, received, failed, turnarounds_us };
}

/** From the end of a frame to the start of its acknowledgement. */
function acknowledgements(medium: Medium): number[] {
  const turnarounds_us: number[] = [];
  let end_us = 0;
  medium.onFrame = (at_us, _from, _channel, bytes, length) => {
    if ((bytes[0] & 7) === FrameType.ack) turnarounds_us.push(at_us - end_us);
    end_us = at_us + (11 + length) * 80;
  };
  return turnarounds_us;
}

const over1262: Maker = (world, medium) => sx1262(world, medium).radio;
const over1276: Maker = (world, medium) => sx1276(world, medium).radio;

describe("a MAC street over drivers and chips", () => {
  for (const [name, maker] of [
    ["SX1262", over1262],
    ["SX1276", over1276],
  ] as const) {
    it.each([2, 3, 4, 5, 6])(
      `delivers over the ${name} what it does over the behavioural radio, with %d nodes`,
      (nodes) => {
        const model = exchange(nodes, nodes, 0);
        const chips = exchange(nodes, nodes, 0, maker);
        expect(model.failed).toBe(0);
        expect(chips.failed).toBe(0);
        expect(chips.unicast).toEqual(model.unicast);
        // Nobody repeats a broadcast that collided, and the chips take longer from clear channel to preamble.
        expect(chips.broadcasts).toBeGreaterThan(0.9 * model.broadcasts);
        expect(model.received.length).toBeGreaterThan(0.9 * nodes * FRAMES);
      },
    );
  }

  it("delivers between different chips", () => {
    let made = 0;
    const mixed: Maker = (world, medium) => (made++ % 2 === 0 ? over1262 : over1276)(world, medium);
    const chips = exchange(4, 9, 0, mixed);
    expect(chips.unicast).toEqual(exchange(4, 9, 0).unicast);
    expect(chips.failed).toBe(0);
  });

  it("delivers over a lossy channel, too", () => {
    for (const maker of [over1262, over1276]) {
      const { failed, received } = exchange(5, 11, 0.1, maker);
      expect(failed).toBe(0);
      expect(new Set(received).size).toBe(received.length);
    }
  });

  it("differs in the time to an acknowledgement, which stays within its turnaround of 10 ms", () => {
    const range_us = (maker?: Maker) => {
      const { turnarounds_us } = exchange(2, 3, 0, maker);
      return [Math.min(...turnarounds_us), Math.max(...turnarounds_us)];
    };
    expect(range_us()).toEqual([IDEAL.turnaround_us, IDEAL.turnaround_us]);
    for (const [name, maker] of [
      ["SX1262", over1262],
      ["SX1276", over1276],
    ] as const) {
      const [least_us, most_us] = range_us(maker);
      console.log(`${name}: acknowledged after ${least_us} to ${most_us} us`);
      expect(least_us).toBeGreaterThan(250);
      expect(most_us).toBeLessThan(1000);
    }
  });
});
