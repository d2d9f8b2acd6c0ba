import { expect, it } from "vitest";
import { measureCollector } from "../../emulator/collector";
import { describeEmulated } from "./suite";

/** An address and a time. */
const NODE_BYTES = 16;

describeEmulated("a collector on the emulated microcontroller", () => {
  it("holds each node in 16 bytes of chunks and no slot, and registers as many as it has room for", async () => {
    const [small, large] = [await measureCollector(20), await measureCollector(120)];
    expect(large.used.chunks - small.used.chunks).toBe(100 * NODE_BYTES);
    expect(large.used.slots).toBe(small.used.slots);
    expect(large.peak.slots).toBe(small.peak.slots);
    expect(large.stack).toBe(small.stack);
  }, 120_000);
});
