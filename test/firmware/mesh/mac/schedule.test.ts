import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHANNELS } from "hal/channel-plan";
import { ListeningSchedule } from "firmware/mesh/mac/listening";
import { INTERVAL_ms, PanClock, WINDOW_ms } from "firmware/mesh/mac/pan-clock";
import { channelOf, DWELL_ms, seedOf, SEQUENCE_ms, SEQUENCE_SLOTS } from "firmware/mesh/mac/schedule";
import { meterIdentity } from "../../../../host-sim/node";
import { RamCounterStore } from "../../../support/mac-street";

const seed = fc.nat(0xffffffff);

describe("a hop sequence", () => {
  it("uses each channel once in each cycle", () => {
    fc.assert(
      fc.property(seed, fc.nat(SEQUENCE_SLOTS / CHANNELS - 1), (of, cycle) => {
        const used = new Set<number>();
        for (let i = 0; i < CHANNELS; i++) used.add(channelOf(of, cycle * CHANNELS + i));
        expect(used.size).toBe(CHANNELS);
        expect(Math.min(...used)).toBe(0);
        expect(Math.max(...used)).toBe(CHANNELS - 1);
      }),
    );
  });

  it("uses each channel equally often in its whole length, which 16 bits count", () => {
    const used = new Uint32Array(CHANNELS);
    for (let slot = 0; slot < SEQUENCE_SLOTS; slot++) used[channelOf(1, slot)]++;
    expect(new Set(used)).toEqual(new Set([SEQUENCE_SLOTS / CHANNELS]));
    expect(SEQUENCE_SLOTS).toBeLessThanOrEqual(0x10000);
  });

  it("is another one in each cycle, and for each node", () => {
    const cycles = new Set<string>();
    const cycleOf = (of: number, cycle: number) =>
      Array.from({ length: CHANNELS }, (_, i) => channelOf(of, cycle * CHANNELS + i)).join();
    for (let cycle = 0; cycle < SEQUENCE_SLOTS / CHANNELS; cycle++) cycles.add(cycleOf(7, cycle));
    for (let node = 0; node < 5000; node++) cycles.add(cycleOf(seedOf(meterIdentity(node).eui64), 0));
    expect(cycles.size).toBe(SEQUENCE_SLOTS / CHANNELS + 5000);
  });

  it("meets that of another node as often as chance has it, whatever lies between their clocks", () => {
    for (const [a, b, shift] of [
      [1, 2, 0],
      [1, 2, 50],
      [9, 9, 129],
    ] as const) {
      let met = 0;
      for (let slot = 0; slot < SEQUENCE_SLOTS - 129; slot++)
        met += +(channelOf(a, slot) === channelOf(b, slot + shift));
      const expected = SEQUENCE_SLOTS / CHANNELS;
      expect(Math.abs(met - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  it("follows a channel by each other one alike", () => {
    const steps = new Uint32Array(CHANNELS);
    for (let slot = 1; slot < SEQUENCE_SLOTS; slot++)
      steps[(channelOf(3, slot) - channelOf(3, slot - 1) + CHANNELS) % CHANNELS]++;
    const expected = SEQUENCE_SLOTS / CHANNELS;
    for (const count of steps.slice(1))
      expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected));
  });
});

describe("where a node listens", () => {
  const pan = () => {
    const clock = new PanClock(0x574d);
    clock.coordinate(new RamCounterStore(8192), 0);
    return clock;
  };

  it("is on its own channels alone while it does not know the PAN's time", () => {
    const schedule = new ListeningSchedule(5, new PanClock(1));
    for (let slot = 0; slot < 1000; slot++) {
      const at_ms = slot * DWELL_ms;
      expect(schedule.channelAt(at_ms)).toBe(channelOf(5, slot));
      expect(schedule.channelAt(at_ms + DWELL_ms - 1)).toBe(channelOf(5, slot));
      expect(schedule.slotEnd_ms(at_ms + 7)).toBe(at_ms + DWELL_ms);
    }
    expect(schedule.channelAt(SEQUENCE_ms + 3)).toBe(schedule.channelAt(3));
  });

  it("is the same for all in the broadcast windows", () => {
    const clock = pan();
    const a = new ListeningSchedule(5, clock);
    const b = new ListeningSchedule(6, clock);
    let apart = 0;
    for (let interval = 0; interval < 500; interval++) {
      for (const into_ms of [0, 100, WINDOW_ms - 1])
        expect(a.channelAt(interval * INTERVAL_ms + into_ms)).toBe(
          b.channelAt(interval * INTERVAL_ms + into_ms),
        );
      const later_ms = interval * INTERVAL_ms + WINDOW_ms;
      apart += +(a.channelAt(later_ms) !== b.channelAt(later_ms));
    }
    expect(apart).toBeGreaterThan(480);
  });

  it("changes at the end of a slot, and not before", () => {
    fc.assert(
      fc.property(seed, fc.nat(SEQUENCE_ms), fc.boolean(), (of, at_ms, synced) => {
        const schedule = new ListeningSchedule(of, synced ? pan() : new PanClock(1));
        const end_ms = schedule.slotEnd_ms(at_ms);
        expect(end_ms).toBeGreaterThan(at_ms);
        expect(end_ms - at_ms).toBeLessThanOrEqual(DWELL_ms);
        expect(schedule.channelAt(end_ms - 1)).toBe(schedule.channelAt(at_ms));
      }),
    );
  });
});
