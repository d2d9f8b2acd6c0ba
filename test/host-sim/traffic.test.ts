import { describe, expect, it } from "vitest";
import { Street } from "../../host-sim/street";
import { streetOptions } from "../support/street";

const METERS = 4;
const MINUTE_S = 60;
/** Boot is a minute before time 0, and of the first 15 minutes from there on nothing is counted. */
const COUNTED_FROM_S = 14 * MINUTE_S;
const END_S = 60 * MINUTE_S;
const EACH = (END_S - COUNTED_FROM_S) / MINUTE_S;

function echoing(seed: number): Street {
  const traffic = { bytes: 20, period_s: MINUTE_S };
  const ways = { hopping: false, linkSecurity: false, turnaround: "ideal" } as const;
  return new Street(streetOptions({ meters: METERS, depth: "model", seed, traffic, ...ways }));
}

describe("messages that are echoed", () => {
  it.each([1, 2])("are counted from the 15th minute on, each once, there and back, seed %i", (seed) => {
    const street = echoing(seed);
    street.run(END_S);
    const result = street.traffic!.result();
    expect(Math.abs(result.sent - METERS * EACH)).toBeLessThanOrEqual(METERS);
    expect(result).toMatchObject({
      delivered: result.sent,
      replied: result.sent,
      duplicates: 0,
      worstNode: 1,
    });
    // Message, reply, and the acknowledgement of each; a little routing beside.
    expect(result.framesPerDelivered).toBeGreaterThanOrEqual(4);
    expect(result.framesPerDelivered).toBeLessThan(4.5);
    // At least its own time on the air: some 70 bytes at 100 kbit/s.
    expect(result.p50Ms).toBeGreaterThan(5);
    expect(result.p95Ms).toBeGreaterThanOrEqual(result.p50Ms);
    expect(result.maxMs).toBeGreaterThanOrEqual(result.p95Ms);
    expect(result.maxMs).toBe(Math.max(...street.traffic!.latencies_ms));
    expect(street.reads).toEqual([]);
  });

  it("of a meter that is gone count as sent, and not as delivered", () => {
    const street = echoing(3);
    street.run(COUNTED_FROM_S + (END_S - COUNTED_FROM_S) / 2);
    street.meters[1].powerOff();
    street.run(END_S);
    const { sent, delivered, replied, worstNode } = street.traffic!.result();
    expect(Math.abs(sent - METERS * EACH)).toBeLessThanOrEqual(METERS);
    expect(Math.abs(sent - delivered - EACH / 2)).toBeLessThanOrEqual(1);
    expect(replied).toBe(delivered);
    expect(worstNode).toBeCloseTo(0.5, 1);
  });

  it("start again the same with the same seed, and otherwise with another", () => {
    const digest = (seed: number): string => {
      const street = echoing(seed);
      street.run(10 * MINUTE_S);
      return street.trace.digest();
    };
    expect(digest(1)).toBe(digest(1));
    expect(digest(1)).not.toBe(digest(2));
  });
});
