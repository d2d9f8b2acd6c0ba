import { expect, it } from "vitest";
import { measureCollector } from "../../emulator/collector";
import { describeEmulated } from "./suite";

/** Address, two parents, path sequence, misses, moves, expiry and chain. */
const NODE_BYTES = 22;
/** First node of a chain: half as many as there are nodes, where that is a power of two. */
const BUCKET_BYTES = 2;

describeEmulated("a collector on the emulated microcontroller", () => {
  it("holds each node in 22 bytes of chunks and half a bucket and in no slot, and registers as many as it has room for", async () => {
    const [small, large] = [await measureCollector(32), await measureCollector(128)];
    expect(large.used.chunks - small.used.chunks).toBe(96 * NODE_BYTES + 48 * BUCKET_BYTES);
    expect(large.used.slots).toBe(small.used.slots);
    expect(large.peak.slots).toBe(small.peak.slots);
    expect(large.stack).toBe(small.stack);
  }, 120_000);
});
