import { afterEach, describe, expect, it } from "vitest";
import { Cause } from "firmware/mesh/mac/frame";
import { AttackedStreet } from "../../support/attacked-street";

const MINUTES = 5;
/** For all to join, and to have something on record. */
const SETTLING_MINUTES = 8;
const METERS = 5;
const PERIOD_ms = 100;

let attacked: AttackedStreet;
afterEach(() => attacked.close());

function settled(seed: number, turnaround: "device" | "ideal"): AttackedStreet {
  attacked = new AttackedStreet(seed, turnaround);
  attacked.during(SETTLING_MINUTES, 60e3, () => {});
  expect(attacked.order()).toMatchObject({ known: METERS });
  return attacked;
}

/** How many more were refused, by {@link Cause}. */
function counts(before: readonly number[], after: readonly number[]): number[] {
  return after.map((count, cause) => count - before[cause]);
}

function readsDone(street: AttackedStreet): number {
  return street.street.reads.filter(({ done_ms }) => done_ms !== undefined).length;
}

const FORGED = [
  Cause.tooShort,
  Cause.fcs,
  Cause.unsupported,
  Cause.security,
  Cause.malformed,
  Cause.wrongPan,
  Cause.notForUs,
  Cause.key,
  Cause.integrity,
  Cause.replay,
];
const REPEATED = [Cause.notForUs, Cause.replay, Cause.stale];

describe.each([1, 2, 3])("an outsider's frames into a running mesh of five hops, seed %i", (seed) => {
  it.each([
    ["forged", FORGED, (street: AttackedStreet) => street.forged()],
    ["the mesh's own, repeated in any order,", REPEATED, (street: AttackedStreet) => street.repeated(10)],
  ])("that are %s change no parent, route or registration, and all reads go on", (_what, causes, make) => {
    const street = settled(seed, "device");
    const order = street.order();
    const before = street.refused();
    const done = readsDone(street);
    street.during(MINUTES, PERIOD_ms, () => street.send(street.anyNode(), make(street)));
    const refused = counts(before, street.refused());
    for (const cause of causes) expect(refused[cause], `refused for cause ${cause}`).toBeGreaterThan(0);
    expect(street.order()).toEqual(order);
    expect(readsDone(street) - done).toBe(MINUTES * METERS);
  });

  it("that take up no air leave all that the mesh sends as it is without them, and are each counted", () => {
    const quiet = settled(seed, "ideal");
    quiet.during(MINUTES, PERIOD_ms, () => {});
    const trace = quiet.street.trace.digest();
    const before = quiet.refused();
    quiet.close();
    const street = settled(seed, "ideal");
    let given = 0;
    street.during(MINUTES, PERIOD_ms, () => {
      // Enough of them for each cause, which some frames of each kind only come to.
      for (let n = 0; n < 3; n++) street.slip(street.anyNode(), street.forged());
      street.slip(street.anyNode(), street.repeated(60));
      given += 4;
    });
    const refused = counts(before, street.refused());
    expect(refused.reduce((sum, count) => sum + count)).toBe(given);
    for (const cause of [...FORGED, ...REPEATED])
      expect(refused[cause], `refused for cause ${cause}`).toBeGreaterThan(0);
    expect(street.order()).toEqual(quiet.order());
    expect(street.street.trace.digest()).toBe(trace);
  });
});
