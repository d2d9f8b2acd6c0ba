import { INFINITE_RANK } from "firmware/mesh/rpl/messages";
import { ETX_UNIT } from "firmware/mesh/rpl/mrhof";
import { NONE } from "firmware/mesh/rpl/parents";
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
  parents.hear(PARENT, RANK + transmissions * ETX_UNIT, INFINITE_RANK, STRONG_dBm, 1000, preferred);
  return { preference, outcome: preference.select(1000) };
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
    expect(preference.select(3000)).toBe(Outcome.same);
  });
});

describe("a parent that is a little better than the one that works", () => {
  const OTHER = Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 2]);
  const MINUTE_ms = 60_000;

  /** A node whose other neighbour would save `saved` transmissions, measured `samples` times. */
  function withBetter(saved: number, samples: number): { preference: Preference; other: number } {
    const preference = new Preference();
    expect(preference.begin(PARENT, RANK + ETX_UNIT, STRONG_dBm, 0)).toBe(true);
    const { parents, preferred } = preference;
    const other = parents.hear(
      OTHER,
      RANK + ETX_UNIT - saved * ETX_UNIT,
      INFINITE_RANK,
      STRONG_dBm,
      0,
      preferred,
    );
    for (let i = 0; i < samples; i++) parents.measure(other, 1, true, 0);
    return { preference, other };
  }

  it("takes its place when it has been so for 10 minutes", () => {
    const { preference, other } = withBetter(0.25, 2);
    expect(preference.select(MINUTE_ms)).toBe(Outcome.same);
    expect(preference.select(11 * MINUTE_ms - 1)).toBe(Outcome.same);
    expect(preference.select(11 * MINUTE_ms)).toBe(Outcome.changed);
    expect(preference.preferred).toBe(other);
  });

  it.each([
    ["saves less than a quarter of a transmission", 0.24, 9],
    ["has hardly been measured", 0.5, 1],
  ])("does not when it %s", (_name, saved, samples) => {
    const { preference } = withBetter(saved, samples);
    for (let minute = 0; minute < 60; minute++)
      expect(preference.select(minute * MINUTE_ms)).toBe(Outcome.same);
  });

  it("begins to wait anew when it was not better in between", () => {
    const { preference, other } = withBetter(0.5, 9);
    const { parents } = preference;
    expect(preference.select(0)).toBe(Outcome.same);
    parents.rank[other] += ETX_UNIT;
    expect(preference.select(9 * MINUTE_ms)).toBe(Outcome.same);
    parents.rank[other] -= ETX_UNIT;
    expect(preference.select(10 * MINUTE_ms)).toBe(Outcome.same);
    expect(preference.select(19 * MINUTE_ms)).toBe(Outcome.same);
    expect(preference.select(20 * MINUTE_ms)).toBe(Outcome.changed);
  });
});

const OWN_RANK = RANK + ETX_UNIT;

describe("a parent that is lost", () => {
  const OTHER = Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 3]);

  /** A node that has told its rank, and hears of a neighbour that has told `other`; then its parent is lost. */
  function lostWith(other: number, between: (preference: Preference) => void = () => {}): number {
    const preference = new Preference();
    preference.begin(PARENT, RANK, STRONG_dBm, 0);
    preference.told(OWN_RANK, true);
    const { parents, preferred } = preference;
    parents.hear(OTHER, other, OWN_RANK, STRONG_dBm, 0, preferred);
    between(preference);
    for (let i = 0; i < 4; i++) preference.measure(PARENT, 6, false, 1000);
    return preference.select(1000);
  }

  it("gives way to a neighbour of a lower rank than this node's, and to no other: that may be below it", () => {
    expect(lostWith(OWN_RANK - 1)).toBe(Outcome.replaced);
    expect(lostWith(OWN_RANK)).toBe(Outcome.lost);
  });

  it("gives way to nobody because this node itself has sunk since, until the other has told its rank again", () => {
    const sink = (preference: Preference) => preference.told(OWN_RANK + 4 * ETX_UNIT, true);
    expect(lostWith(OWN_RANK + ETX_UNIT, sink)).toBe(Outcome.lost);
    const sinkAndHear = (preference: Preference) => {
      sink(preference);
      const { parents, preferred, announced } = preference;
      parents.hear(OTHER, OWN_RANK + ETX_UNIT, announced, STRONG_dBm, 500, preferred);
    };
    expect(lostWith(OWN_RANK + ETX_UNIT, sinkAndHear)).toBe(Outcome.replaced);
  });

  it("counts what was told to one neighbour alone", () => {
    expect(lostWith(OWN_RANK - 1, (preference) => preference.told(OWN_RANK - ETX_UNIT, false))).toBe(
      Outcome.lost,
    );
  });
});

describe("a neighbour that has told a higher rank than this node before, and a lower one than this node now", () => {
  const OTHER = Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 3]);
  const preference = new Preference();
  preference.begin(PARENT, RANK, STRONG_dBm, 0);
  preference.told(OWN_RANK, true);
  const { parents, preferred } = preference;
  const place = parents.hear(OTHER, OWN_RANK + ETX_UNIT, preference.announced, STRONG_dBm, 0, preferred);
  preference.told(OWN_RANK + 2 * ETX_UNIT, true);

  it("is no parent for what goes all the way up", () => {
    expect(preference.alternate(1)).toBe(NONE);
  });

  it("is one for what goes no further", () => {
    expect(preference.routerAbove(1)).toBe(place);
  });
});

describe("the rank by which others may go", () => {
  it("is the lowest that one of them was told since all were: a child that went by it is in no loop", () => {
    const preference = new Preference();
    preference.told(OWN_RANK, true);
    preference.told(OWN_RANK - ETX_UNIT, false);
    expect(preference.lowestTold).toBe(OWN_RANK - ETX_UNIT);
    preference.told(OWN_RANK + ETX_UNIT, false);
    expect(preference.lowestTold).toBe(OWN_RANK - ETX_UNIT);
    preference.told(OWN_RANK + ETX_UNIT, true);
    expect(preference.lowestTold).toBe(OWN_RANK + ETX_UNIT);
  });
});

describe("the link that is measured next", () => {
  const MINUTE_ms = 60_000;
  const [A, B, C, D] = [1, 2, 3, 4].map((n) => Uint8Array.from([2, 0, 0, 0, 0, 0, 1, n]));

  /** How often each link was chosen, one every 24 minutes. */
  function chosen(times: number): number[] {
    const preference = new Preference();
    preference.begin(PARENT, RANK, STRONG_dBm, 0);
    const { parents, preferred } = preference;
    for (const other of [A, B, C, D]) parents.hear(other, RANK, INFINITE_RANK, STRONG_dBm, 0, preferred);
    const counts = [0, 0, 0, 0, 0];
    for (let n = 1; n <= times; n++) {
      const now_ms = n * 24 * MINUTE_ms;
      const place = preference.stalest(now_ms);
      parents.measure(place, 1, true, now_ms);
      counts[place]++;
    }
    return counts;
  }

  it("is first that of each of the three that would take the parent's place", () => {
    expect(chosen(3)).toEqual([0, 1, 1, 1, 0]);
  });

  it("is from then on that of the parent as often as all of these together", () => {
    const [parent, ...others] = chosen(600);
    expect(parent / 600).toBeCloseTo(1 / 2, 2);
    for (const count of others.slice(0, 3)) expect(count / 600).toBeCloseTo(1 / 6, 2);
    expect(others[3]).toBe(0);
  });

  it("is the parent's at once where that has not answered", () => {
    const preference = new Preference();
    preference.begin(PARENT, RANK, STRONG_dBm, 0);
    const { parents, preferred } = preference;
    const other = parents.hear(A, RANK, INFINITE_RANK, STRONG_dBm, 0, preferred);
    expect(preference.stalest(MINUTE_ms)).toBe(other);
    preference.measure(PARENT, 6, false, MINUTE_ms);
    expect(preference.stalest(MINUTE_ms)).toBe(preferred);
  });
});
