import { describe, expect, it } from "vitest";
import { EPOCH_MS, Street } from "../../host-sim/street";
import { streetOptions } from "../support/street";

const HOUR_S = 3600;
const ANOTHER_CHANNEL = 1;

describe("the head end's reads", () => {
  it("go on with the other meters when one does not answer, and fetch what it missed once it does", () => {
    const street = new Street(streetOptions({ meters: 3, depth: "model", hopping: false }));
    const [, silent] = street.meters;
    // Its registration, of the last three hours, lasts for four: beyond the next cycle, and not to the one after it.
    street.run(7.5 * HOUR_S);
    const { radio } = silent;
    const listen = radio.listen.bind(radio);
    radio.listen = radio.follow = () => listen(ANOTHER_CHANNEL);
    listen(ANOTHER_CHANNEL);
    street.run(12.5 * HOUR_S);
    const ofCycle = (hour: number) =>
      street.reads.filter(({ due_ms }) => due_ms === EPOCH_MS + hour * HOUR_S * 1000);
    const record = street.headEnd.store.meter(silent.meter.stack.address)!;
    expect(ofCycle(8).filter(({ done_ms }) => done_ms !== undefined)).toHaveLength(2);
    const failed = ofCycle(8).find(({ meter }) => meter === record)!;
    expect(failed.done_ms).toBeUndefined();
    expect(failed.attempts).toBeGreaterThan(1);
    expect(record.last).toBe(17);

    radio.listen = listen;
    radio.listen(street.collector.mac.channel);
    street.run(14 * HOUR_S);
    const caughtUp = ofCycle(12).find(({ meter }) => meter === record)!;
    expect(caughtUp.done_ms).toBeDefined();
    // By that cycle its registration had ended: nobody knew a way to it, and nothing was sent in vain.
    expect(caughtUp.attempts).toBe(1);
    expect(record.last).toBeGreaterThanOrEqual(49);
    expect(record.intervals.size).toBe(record.last);
    expect(record.refused).toBe(0);
  });

  it("set the clocks once a day, so that a crystal's drift never adds up", () => {
    // Nobody is told the time in a message to all: there is no time that the PAN shares.
    const alone = { hopping: false, linkSecurity: false };
    const street = new Street(streetOptions({ meters: 4, depth: "model", ...alone }));
    street.run(22 * HOUR_S);
    for (const { timeSet_ms } of street.headEnd.store.meters)
      expect(timeSet_ms).toBeLessThan(EPOCH_MS + 5 * HOUR_S * 1000);
    street.run(30 * HOUR_S);
    for (const { meter } of street.meters) {
      expect(meter.utc.lastSet_ms).toBeGreaterThan(EPOCH_MS + 24 * HOUR_S * 1000);
      expect(Math.abs(meter.utc.utc_ms() - street.utc_ms())).toBeLessThan(1_000);
    }
  });

  it("set the clocks by the PAN's time, so that a message that was long under way does not set them wrong", () => {
    // All are read as they join: what is said to them then takes up to 40 s in the crowd.
    const street = new Street(streetOptions({ meters: 60, depth: "model", density: 1100 }));
    street.run(600);
    const { meters } = street.headEnd.store;
    expect(meters.filter(({ timeSet_ms }) => timeSet_ms !== undefined).length).toBeGreaterThan(50);
    for (const { meter } of street.meters)
      expect(Math.abs(meter.utc.utc_ms() - street.utc_ms())).toBeLessThan(250);
  });

  it("start after the hour, so that the interval that ends with it is in them", () => {
    const street = new Street(streetOptions({ meters: 4, depth: "model" }));
    street.run(8 * HOUR_S + 60);
    for (const record of street.headEnd.store.meters) {
      const newest = record.intervals.get(record.last!)!;
      expect(newest.start_s).toBe(EPOCH_MS / 1000 + 8 * HOUR_S - 900);
    }
  });
});
