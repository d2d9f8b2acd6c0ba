import { expect, it } from "vitest";
import { ResetReason } from "hal/reset";
import { bootMeter } from "../../emulator/meter";
import { ServedStreet } from "../xs/street";
import { Fault, PLANT, STATE, type State } from "./programs/faults";
import { describeEmulated } from "./suite";

const MINUTE_US = 60e6;
const HOUR_US = 60 * MINUTE_US;
/** A count of each phase that is not full, and what is below a unit. */
const UNDER_WAY_MWH = 2 * 3.125 + 1;
/** A read comes 10 s after the truth is taken, and an interval is closed by the meter's own clock. */
const TOLERANCE_MWH = 10;

/** What goes wrong, what the machine says of it, and the reason that the meter keeps. */
const cases: [fault: number, why: string, reason: number][] = [
  [Fault.exception, "Error: planted", ResetReason.exception],
  [Fault.exceptionOfRadio, "Error: planted in radio", ResetReason.exception],
  [Fault.allocation, "memory full", ResetReason.outOfMemory],
  [Fault.recursion, "stack overflow", ResetReason.stackOverflow],
  [Fault.nativeRecursion, "stack overflow", ResetReason.stackOverflow],
  [Fault.loop, "watchdog", ResetReason.watchdog],
  [Fault.hungBus, "watchdog", ResetReason.watchdog],
  [Fault.lostAlarm, "watchdog", ResetReason.watchdog],
];

describeEmulated("a meter on the emulated microcontroller in which all goes wrong", () => {
  it("restarts by itself each time, says why, and loses no energy", async () => {
    const street = new ServedStreet(1);
    const { world, headEnd } = street;
    const { machine, server } = await bootMeter(street.hal, "./test/emulator/programs/faulty-meter");
    const seen: string[] = [];
    machine.onRestart = (why) => {
      seen.push(why);
      street.restart();
      server.attach();
    };
    street.onHang = () => machine.expire();
    const state = (): State =>
      JSON.parse(new TextDecoder().decode(machine.deliver(Uint8Array.of(STATE)).bytes)) as State;

    expect(state()).toMatchObject({ starts: 1, reason: ResetReason.powerUp, restarts: [] });
    for (const [at, [fault, why, reason]] of cases.entries()) {
      world.runUntil(world.now_us + 5 * MINUTE_US);
      machine.deliver(Uint8Array.of(PLANT, fault));
      // A frame of a neighbour comes when it comes.
      for (let waited = 0; seen.length === at && waited < 30; waited++)
        world.runUntil(world.now_us + MINUTE_US);
      expect(seen[at]).toBe(why);
      const { starts, reason: kept, restarts, delivered_mWh } = state();
      expect([starts, kept]).toEqual([at + 2, reason]);
      expect(restarts.at(-1)).toBe(reason);
      expect(Math.abs(delivered_mWh - street.trueDelivered_mWh())).toBeLessThan(UNDER_WAY_MWH);
    }

    // The first read brings the time, the second what came after it.
    const now_hours = Math.ceil(world.now_us / HOUR_US);
    street.readAt(now_hours * HOUR_US);
    const { delivered_mWh, true_mWh } = street.readAt((now_hours + 1) * HOUR_US);
    machine.close();
    expect(seen.length).toBe(cases.length);
    expect(Math.abs(delivered_mWh - true_mWh)).toBeLessThan(TOLERANCE_MWH);
    const record = headEnd.store.meters.find(({ address }) => address[15] === street.hal.identity.eui64[7])!;
    let sum_mWh = 0;
    for (const { delivered_mWh: interval_mWh } of record.intervals.values()) sum_mWh += interval_mWh;
    expect(sum_mWh).toBe(record.closingDelivered_mWh);
  }, 600_000);
});
