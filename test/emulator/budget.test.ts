import { describe, expect, it } from "vitest";
import budget from "../../docs/device-budget.json";
import manifest from "../../manifests/common.json";

const KB = 1024;
/** What XS takes on an ESP32 unless told otherwise: chunks, 4,928 slots and a stack of 512. */
const SLOT_BYTES = 16;
const ESP32 = { chunks: 78_848, slots: 4_928 * SLOT_BYTES, stack: 512 * SLOT_BYTES };
/** The least PSRAM that an ESP32 comes with. */
const PSRAM_BYTES = 2 * KB * KB;

describe("a device's budget, as it was last measured", () => {
  const { heap, start, collectors, processorShare_ppm } = budget;

  it("keeps the heap at idle within 96 kB", () => {
    expect(heap.idle.chunks + heap.idle.slots).toBeLessThanOrEqual(96 * KB);
  });

  it("keeps the heap at its peak within 128 kB", () => {
    expect(heap.peak.chunks + heap.peak.slots).toBeLessThanOrEqual(128 * KB);
  });

  it("keeps the heap within what the manifests give it", () => {
    const { chunk, heap: slots, stack } = manifest.creation;
    expect(heap.peak.chunks).toBeLessThanOrEqual(chunk.initial);
    expect(heap.peak.slots).toBeLessThanOrEqual(slots.initial * SLOT_BYTES);
    expect(heap.stack).toBeLessThanOrEqual(stack * SLOT_BYTES);
  });

  it("does not grow from hour to hour", () => {
    const [first, second, third, last] = Object.values(heap.hours).map(({ chunks, slots }) => chunks + slots);
    expect(Math.max(third!, last!)).toBeLessThanOrEqual(Math.max(first!, second!));
  });

  it("keeps metering, intervals and reads within a twentieth of the processor", () => {
    expect(processorShare_ppm.total).toBeLessThanOrEqual(50_000);
  });

  it("counts within a second of the start, and is read within five", () => {
    expect(start.firstCount.total_ms).toBeLessThanOrEqual(1_000);
    expect(start.firstRead.total_ms).toBeLessThanOrEqual(5_000);
  });

  it("holds 500 nodes in what XS takes on an ESP32", () => {
    const { peak, stack } = collectors[500];
    expect(peak.chunks).toBeLessThanOrEqual(ESP32.chunks);
    expect(peak.slots).toBeLessThanOrEqual(ESP32.slots);
    expect(stack).toBeLessThanOrEqual(ESP32.stack);
  });

  it("holds 5,000 in a part with PSRAM, its slots and stack in what XS takes without", () => {
    const { peak, stack } = collectors[5000];
    expect(peak.chunks + peak.slots + stack).toBeLessThanOrEqual(PSRAM_BYTES);
    expect(peak.slots).toBeLessThanOrEqual(ESP32.slots);
    expect(stack).toBeLessThanOrEqual(ESP32.stack);
  });
});
