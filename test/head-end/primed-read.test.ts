import { expect, it } from "vitest";
import { EPOCH_MS, Street } from "../../host-sim/street";
import { streetOptions } from "../support/street";

const HOUR_S = 3600;

it("a block primed on what the head end does not hold is asked for again, unprimed", () => {
  const street = new Street(streetOptions({ meters: 2, depth: "model" }));
  street.run(5 * HOUR_S);
  const [record, other] = street.headEnd.store.meters;
  const kept = record.intervals.get(10)!;
  record.intervals.set(10, { ...kept, delivered_mWh: kept.delivered_mWh + 1000 });
  street.run(9 * HOUR_S);
  const done = street.reads.filter(({ due_ms }) => due_ms === EPOCH_MS + 8 * HOUR_S * 1000);
  expect(done.map(({ meter, requests, attempts }) => [meter === record, requests, attempts])).toEqual(
    expect.arrayContaining([
      [true, 2, 1],
      [false, 1, 1],
    ]),
  );
  expect([record.refused, other.refused]).toEqual([1, 0]);
  expect(record.last).toBe(33);
  expect(record.intervals.size).toBe(33);
});
