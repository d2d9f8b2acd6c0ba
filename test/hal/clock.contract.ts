import { describe, expect, it } from "vitest";
import type { Clock } from "hal/clock";

/** A clock, and a way to let time pass. */
export interface ClockRig {
  clock: Clock;
  run: (delay_ms: number) => void;
}

/** The contract of hal/clock.ts. */
export function clockContract(name: string, make: () => ClockRig): void {
  describe(`${name} as a Clock`, () => {
    const rung = () => {
      const rig = make();
      const rings: number[] = [];
      rig.clock.onAlarm = () => rings.push(rig.clock.now_ms());
      return { ...rig, rings };
    };

    it("counts whole milliseconds and never goes back", () => {
      const { clock, run } = make();
      let before = clock.now_ms();
      for (const delay_ms of [0, 0.4, 0.4, 1, 7, 1000, 86_400_000]) {
        run(delay_ms);
        const now = clock.now_ms();
        expect(now).toBe(Math.floor(now));
        expect(now).toBeGreaterThanOrEqual(before);
        expect(now - before).toBeLessThanOrEqual(delay_ms * 1.0001 + 1);
        expect(now - before).toBeGreaterThanOrEqual(delay_ms * 0.9999 - 1);
        before = now;
      }
    });

    it("rings once, when the time has come", () => {
      const { clock, run, rings } = rung();
      const due_ms = clock.now_ms() + 100;
      clock.setAlarm(due_ms);
      run(99);
      expect(rings.length).toBe(0);
      run(10_000);
      expect(rings.length).toBe(1);
      expect(rings[0]).toBeGreaterThanOrEqual(due_ms);
      expect(rings[0]).toBeLessThanOrEqual(due_ms + 2);
    });

    it("rings for a time within a millisecond when it has passed", () => {
      const { clock, run, rings } = rung();
      const due_ms = clock.now_ms() + 10.5;
      clock.setAlarm(due_ms);
      run(20);
      expect(rings.length).toBe(1);
      expect(rings[0]).toBeGreaterThanOrEqual(due_ms);
    });

    it("has one alarm: a new one replaces the one before, sooner or later", () => {
      const { clock, run, rings } = rung();
      const start_ms = clock.now_ms();
      clock.setAlarm(start_ms + 50);
      clock.setAlarm(start_ms + 200);
      run(100);
      expect(rings.length).toBe(0);
      clock.setAlarm(start_ms + 150);
      run(1_000);
      expect(rings.length).toBe(1);
      expect(rings[0]).toBeLessThan(start_ms + 155);
    });

    it("rings at once for a time that has passed, after the running callback", () => {
      const { clock, run } = make();
      const seen: string[] = [];
      clock.onAlarm = () => {
        seen.push("begin");
        if (seen.length === 1) clock.setAlarm(clock.now_ms() - 5);
        seen.push("end");
      };
      clock.setAlarm(clock.now_ms());
      expect(seen.length).toBe(0);
      run(5);
      expect(seen.join()).toBe("begin,end,begin,end");
    });

    it("goes on over alarms set from alarms, without drift", () => {
      const { clock, run, rings } = rung();
      const start_ms = clock.now_ms();
      clock.onAlarm = () => {
        rings.push(clock.now_ms());
        clock.setAlarm(start_ms + (rings.length + 1) * 5_000);
      };
      clock.setAlarm(start_ms + 5_000);
      run(60_500);
      expect(rings.length).toBe(12);
      expect(rings[11]).toBeLessThanOrEqual(start_ms + 60_002);
    });
  });
}
