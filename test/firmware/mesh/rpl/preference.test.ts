import { INFINITE_RANK } from "firmware/mesh/rpl/messages";
import { ETX_UNIT } from "firmware/mesh/rpl/mrhof";
import { Outcome, Preference } from "firmware/mesh/rpl/preference";
import { describe, expect, it } from "vitest";

const PARENT = Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 1]);
const STRONG_dBm = -60;
const RANK = 2 * ETX_UNIT;

/** A node whose one parent now tells a rank that is greater by so many transmissions. */
function sunkenBy(transmissions: number): { preference: Preference; outcome: number } {
  const preference = new Preference();
  expect(preference.begin(PARENT, RANK, STRONG_dBm, 0)).toBe(true);
  const { parents, preferred } = preference;
  parents.hear(PARENT, RANK + transmissions * ETX_UNIT, STRONG_dBm, 1000, preferred);
  return { preference, outcome: preference.select() };
}

describe("how far a node sinks with its only parent (RFC 6550, section 8.2.2.4)", () => {
  it("keeps its place down to 16 transmissions below its best rank", () => {
    const { preference, outcome } = sunkenBy(16);
    expect(outcome).toBe(Outcome.same);
    expect(preference.rank).toBe(RANK + 17 * ETX_UNIT);
  });

  it("gives it up beyond", () => {
    expect(sunkenBy(17).outcome).toBe(Outcome.lost);
  });

  it("begins anew with each place that it takes", () => {
    const { preference } = sunkenBy(17);
    preference.clear();
    expect(preference.rank).toBe(INFINITE_RANK);
    expect(preference.begin(PARENT, RANK + 40 * ETX_UNIT, STRONG_dBm, 2000)).toBe(true);
    expect(preference.select()).toBe(Outcome.same);
  });
});
