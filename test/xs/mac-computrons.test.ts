import { expect, it } from "vitest";
import { macComputrons } from "../../bench/xs/mac-computrons";
import { describeXs } from "./suite";

describeXs("the cost of medium access in XS", () => {
  it("is least for a frame that is for another node", () => {
    const costs = macComputrons()!;
    console.log(`computrons: ${JSON.stringify(costs)}`);
    expect(macComputrons()).toEqual(costs);
    expect(costs.notForUs).toBeGreaterThan(0);
    expect(5 * costs.notForUs).toBeLessThan(costs.received);
  });
});
