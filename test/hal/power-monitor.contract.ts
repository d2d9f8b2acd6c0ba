import { describe, expect, it } from "vitest";
import type { PowerMonitor } from "hal/power-monitor";

interface PowerRig {
  monitor: PowerMonitor;
  /** Switches the mains. */
  mains: (on: boolean) => void;
  run: (delay_ms: number) => void;
}

/** A capacitor that holds less is empty before a blink is over. */
const LEAST_HOLD_UP_MS = 1_000;
const NOTICE_MS = 20;

/** The contract of hal/power-monitor.ts. `make` answers one with its mains on. */
export function powerMonitorContract(name: string, make: () => PowerRig): void {
  describe(`${name} as a PowerMonitor`, () => {
    it("tells at once that the mains have failed, and that they are back", () => {
      const { monitor, mains, run } = make();
      const heard: string[] = [];
      monitor.onFailing = () => void heard.push("failing");
      monitor.onRestored = () => void heard.push("restored");
      expect(monitor.failing).toBe(false);
      mains(false);
      run(NOTICE_MS);
      expect(heard).toEqual(["failing"]);
      expect(monitor.failing).toBe(true);
      mains(true);
      run(NOTICE_MS);
      expect(heard).toEqual(["failing", "restored"]);
      expect(monitor.failing).toBe(false);
    });

    it("says how long it holds", () => {
      expect(make().monitor.holdUp_ms).toBeGreaterThanOrEqual(LEAST_HOLD_UP_MS);
    });
  });
}
