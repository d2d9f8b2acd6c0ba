import { describe, expect, it } from "vitest";
import type { Watchdog } from "hal/watchdog";

/** A watchdog just started, a way to let time pass, and how often it has restarted the part. */
export interface WatchdogRig {
  watchdog: Watchdog;
  run: (delay_ms: number) => void;
  restarts: () => number;
}

/** The contract of hal/watchdog.ts. */
export function watchdogContract(name: string, make: () => WatchdogRig): void {
  describe(`${name} as a Watchdog`, () => {
    it("leaves time from poll to poll, and for a start before a metering chip loses counts", () => {
      const { timeout_ms } = make().watchdog;
      expect(timeout_ms).toBeGreaterThan(6_000);
      expect(timeout_ms).toBeLessThan(9_000);
    });

    it("runs from the start on", () => {
      const { watchdog, run, restarts } = make();
      run(watchdog.timeout_ms - 10);
      expect(restarts()).toBe(0);
      run(20);
      expect(restarts()).toBe(1);
    });

    it("lets a part go on that feeds it", () => {
      const { watchdog, run, restarts } = make();
      for (let k = 0; k < 50; k++) {
        run(watchdog.timeout_ms - 10);
        watchdog.feed();
      }
      expect(restarts()).toBe(0);
    });

    it("restarts one that does not any more, a timeout after the last feed", () => {
      const { watchdog, run, restarts } = make();
      run(watchdog.timeout_ms / 2);
      for (let k = 0; k < 10; k++) {
        run(1_000);
        watchdog.feed();
      }
      run(watchdog.timeout_ms - 10);
      expect(restarts()).toBe(0);
      run(20);
      expect(restarts()).toBe(1);
    });
  });
}
