import { expect, it } from "vitest";
import { forwardingComputrons } from "../../bench/xs/forwarding-computrons";
import { describeXs } from "./suite";

describeXs("the cost of passing a packet on in XS", () => {
  it("is the same in every run", () => {
    const costs = forwardingComputrons()!;
    console.log(`computrons: ${JSON.stringify(costs)}`);
    expect(forwardingComputrons()).toEqual(costs);
    for (const cost of Object.values(costs)) expect(cost).toBeGreaterThan(10_000);
  });
});
