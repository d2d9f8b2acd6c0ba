import { expect, it } from "vitest";
import { ListeningSchedule } from "firmware/mesh/mac/listening";
import { PanClock } from "firmware/mesh/mac/pan-clock";
import type { HopSchedule } from "hal/radio";
import { CrystalClock } from "../../../host-sim/clock";
import { Medium, OPEN_STREET } from "../../../host-sim/radio/medium";
import { IDEAL } from "../../../host-sim/radio/timing";
import { Random } from "../../../host-sim/random";
import { World } from "../../../host-sim/world";

const CHANNELS = 5;
const SLOT_ms = 40;
const BYTES = 30;

/** Where a node hops, and how that changes. */
interface Hops {
  readonly schedule: HopSchedule;
  change(clock: CrystalClock): void;
}

function anySchedule(n: number): Hops {
  let shift = n;
  return {
    schedule: {
      channelAt: (at_ms) => (Math.floor(at_ms / SLOT_ms) * 7 + shift) % CHANNELS,
      slotEnd_ms: (at_ms) => (Math.floor(at_ms / SLOT_ms) + 1) * SLOT_ms,
    },
    change: () => shift++,
  };
}

/** As the firmware hops: half of the nodes know the time of their PAN, and now and then another one. */
function ofTheFirmware(n: number): Hops {
  const pan = new PanClock(1);
  const change = (clock: CrystalClock) => pan.join((n >> 1) * 77_777 + clock.now_ms(), 0, clock.now_ms());
  return {
    schedule: new ListeningSchedule(n * 12_345, pan),
    change: n % 2 === 0 ? () => {} : change,
  };
}

it.each([
  ["somehow", anySchedule],
  ["as the firmware does", ofTheFirmware],
])(
  "frames reach those that hop to their channel %s, whatever was asked before and however clocks run",
  (_, hops) => {
    const world = new World();
    const random = new Random(3, "frames");
    const timing = { ...IDEAL, turnaround_us: 0 };
    const medium = new Medium({ ...OPEN_STREET, timing, world, random: new Random(1, "air") });
    const [sender, ...listeners] = Array.from({ length: 9 }, () => medium.addRadio());
    const heard: number[] = [];
    const nodes = listeners.map((radio, n) => {
      const clock = new CrystalClock(world, 10 * (n - 4));
      const { schedule, change } = hops(n);
      change(clock);
      radio.follow(schedule, clock);
      radio.onReceive = () => heard.push(n);
      return { clock, schedule, change: () => (change(clock), radio.follow(schedule, clock)) };
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
      // Mostly one on which somebody is.
      const { schedule, clock } = nodes[random.below(nodes.length)];
      channel = random.chance(0.1) ? random.below(CHANNELS) : schedule.channelAt(clock.now_ms());
      start_us = world.now_us;
      heard.length = 0;
      sender.transmit(new Uint8Array(BYTES), BYTES, channel);
      world.runUntil(world.now_us + 10_000);
      expect(heard).toEqual(expected);
      received += heard.length;
    }
    expect(received).toBeGreaterThan(18_000);
  },
);
