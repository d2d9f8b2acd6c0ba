import { describe, expect, it } from "vitest";
import budget from "../../docs/device-budget.json";

const KB = 1024;
const CLOCK_HZ = 240e6;
const DAY_S = 86_400;
const POLLS_A_DAY = DAY_S / 5;
const INTERVALS_A_DAY = DAY_S / 900;
const READS_A_DAY = 6;

describe("a device's budget, as it was last measured", () => {
  const { heap, instructions } = budget;

  it("keeps the heap within what a small part has", () => {
    expect(heap.idle.chunks + heap.idle.slots).toBeLessThanOrEqual(96 * KB);
    expect(heap.peak.chunks + heap.peak.slots).toBeLessThanOrEqual(128 * KB);
  });

  it("keeps metering, intervals and reads within a twentieth of the processor", () => {
    const aDay =
      instructions.poll * POLLS_A_DAY +
      instructions.intervalClose * INTERVALS_A_DAY +
      instructions.loadProfileAnswer * READS_A_DAY;
    expect(aDay / (CLOCK_HZ * DAY_S)).toBeLessThanOrEqual(0.05);
  });

  it("boots within a second", () => expect(instructions.boot / CLOCK_HZ).toBeLessThanOrEqual(1));
});
