import { expect, it } from "vitest";
import { computrons } from "../../bench/xs/computrons";
import { describeXs } from "./suite";

describeXs("the cost of a meter's work in XS", () => {
  it("is the same in every run, and the HAL's part is told apart", () => {
    const costs = computrons()!;
    expect(computrons()).toEqual(costs);
    for (const { net, withHal } of Object.values(costs)) {
      expect(net).toBeGreaterThan(0);
      expect(withHal).toBeGreaterThanOrEqual(net);
    }
    for (const cost of [costs.macFrame, costs.sealShort, costs.sealLong]) expect(cost.withHal).toBe(cost.net);
    expect(costs.closeInterval.withHal).toBeGreaterThan(costs.closeInterval.net);
  });
});
