import { expect, it } from "vitest";
import type { HopSchedule } from "hal/radio";
import { CrystalClock } from "../../../host-sim/clock";
import { Medium, OPEN_STREET } from "../../../host-sim/radio/medium";
import { IDEAL } from "../../../host-sim/radio/timing";
import { Random } from "../../../host-sim/random";
import { World } from "../../../host-sim/world";

const CHANNELS = 5;
const SLOT_ms = 40;
const BYTES = 30;

it("frames reach those that hop to their channel, whatever was asked of them before and however clocks run", () => {
  const world = new World();
  const random = new Random(3, "frames");
  const timing = { ...IDEAL, turnaround_us: 0 };
  const medium = new Medium({ ...OPEN_STREET, timing, world, random: new Random(1, "air") });
  const [sender, ...listeners] = Array.from({ length: 9 }, () => medium.addRadio());
  const heard: number[] = [];
  const nodes = listeners.map((radio, n) => {
    const clock = new CrystalClock(world, 10 * (n - 4));
    const node = { shift: n, clock };
    const schedule: HopSchedule = {
      channelAt: (at_ms) => (Math.floor(at_ms / SLOT_ms) * 7 + node.shift) % CHANNELS,
      slotEnd_ms: (at_ms) => (Math.floor(at_ms / SLOT_ms) + 1) * SLOT_ms,
    };
    radio.follow(schedule, clock);
    radio.onReceive = () => heard.push(n);
    return { ...node, radio, schedule, change: () => ((node.shift += 1), radio.follow(schedule, clock)) };
  });

  let channel = 0;
  let start_us = 0;
  let expected: number[] = [];
  let received = 0;
  // It is told first that its frame has left.
  sender.onSent = () => {
    const ago_ms = (world.now_us - start_us) / 1000;
    expected = nodes.flatMap(({ schedule, clock }, n) =>
      schedule.channelAt(Math.floor(clock.now_ms() - ago_ms)) === channel ? [n] : [],
    );
  };
  for (let frame = 0; frame < 20_000; frame++) {
    world.runUntil(world.now_us + random.below(frame % 2 === 0 ? 3_000 : 300_000));
    if (random.chance(0.01)) nodes[random.below(nodes.length)].change();
    // Whoever has just turned to a channel misses what begins at once.
    world.runUntil(world.now_us + 1);
    channel = random.below(CHANNELS);
    start_us = world.now_us;
    heard.length = 0;
    sender.transmit(new Uint8Array(BYTES), BYTES, channel);
    world.runUntil(world.now_us + 10_000);
    expect(heard).toEqual(expected);
    received += heard.length;
  }
  expect(received).toBeGreaterThan(20_000);
});
