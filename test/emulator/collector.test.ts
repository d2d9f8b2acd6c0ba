import { expect, it } from "vitest";
import { measureCollector } from "../../emulator/collector";
import { describeEmulated } from "./suite";

/** Address, two parents, path sequence, moves, expiry, chain, and buckets, whose number is a power of two. */
const MAX_NODE_BYTES = 25;

describeEmulated("a collector on the emulated microcontroller", () => {
  it("holds each node in 25 bytes of chunks at most and no slot, and registers as many as it has room for", async () => {
    const [small, large] = [await measureCollector(20), await measureCollector(120)];
    expect(large.used.chunks - small.used.chunks).toBeGreaterThan(0);
    expect(large.used.chunks - small.used.chunks).toBeLessThanOrEqual(100 * MAX_NODE_BYTES);
    expect(large.used.slots).toBe(small.used.slots);
    expect(large.peak.slots).toBe(small.peak.slots);
    expect(large.stack).toBe(small.stack);
  }, 120_000);
});
