import { describe, expect, it } from "vitest";
import { meshStreet } from "../../../support/mesh-street";

describe("a street that boots at once", () => {
  for (const frameLoss of [0, 0.1, 0.3]) {
    it(`joins whole at ${frameLoss * 100} % loss`, () => {
      const { world, medium, collector, meters, start } = meshStreet(24, 1, { frameLoss });
      const joined_s: number[] = [];
      for (const meter of meters) meter.join.onJoined = () => joined_s.push(world.now_us / 1e6);
      start();
      world.runUntil(120e6);
      expect(meters.filter((meter) => meter.join.joined).length).toBe(24);
      expect(collector.root.count).toBe(24);
      const frames = medium.radios.reduce((sum, radio) => sum + radio.airtime.frames, 0);
      const bytes = medium.radios.reduce((sum, radio) => sum + radio.airtime.bytes, 0);
      console.log(
        `${frameLoss * 100} % loss: P50 ${joined_s[12]!.toFixed(1)} s, last ${joined_s[23]!.toFixed(1)} s, ${frames} frames, ${bytes} B`,
      );
    });
  }
});
