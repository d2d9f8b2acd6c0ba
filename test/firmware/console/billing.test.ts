import { describe, expect, it } from "vitest";
import { DemandResetCommand } from "firmware/console/demand-command";
import { Result, slugOf } from "firmware/console/command";
import { RegisterCommand } from "firmware/console/register-command";
import { ConfigurationKind } from "firmware/configuration/configuration";
import { BilledMeter } from "../../support/billed-meter";
import { lines } from "../../support/command-lines";
import { DAY_TYPES, replace, tariffObject, WEEK } from "../../support/configuration";

const POLL_MS = 5000;

function running(): BilledMeter {
  const meter = new BilledMeter(POLL_MS, (configuration) =>
    replace(configuration, ConfigurationKind.tariff, tariffObject(3, [[6, 1, WEEK]], DAY_TYPES)),
  );
  meter.utc.set(Date.parse("2026-07-31T06:00Z"));
  meter.registers.start();
  for (let poll = 0; poll < 200; poll++) {
    meter.flow(9000, 10_000);
    meter.clock.advance(POLL_MS);
  }
  return meter;
}

describe("reg show billing", () => {
  it("shows net energy, tiers and demand with their codes", () => {
    const meter = running();
    expect(lines(new RegisterCommand(meter.registers, meter.billing), "billing")).toEqual([
      "1-0:16.8.0    net                   -200.000 Wh",
      "1-0:1.8.1     +A tier 1             1800.000 Wh",
      "1-0:1.8.2     +A tier 2                0.000 Wh",
      "1-0:1.8.3     +A tier 3                0.000 Wh",
      "1-0:1.4.0     +A running               720 W",
      "1-0:1.6.0     +A maximum              6480 W 2026-07-31T06:15:00Z",
      "1-0:1.6.0*101 +A previous                0 W",
      "1-0:1.2.0     +A cumulative              0 W",
      "1-0:2.8.1     -A tier 1             2000.000 Wh",
      "1-0:2.8.2     -A tier 2                0.000 Wh",
      "1-0:2.8.3     -A tier 3                0.000 Wh",
      "1-0:2.4.0     -A running               800 W",
      "1-0:2.6.0     -A maximum              7200 W 2026-07-31T06:15:00Z",
      "1-0:2.6.0*101 -A previous                0 W",
      "1-0:2.2.0     -A cumulative              0 W",
      "ok",
    ]);
  });

  it("leaves the other forms of reg show as they were", () => {
    const { registers, billing } = running();
    const command = new RegisterCommand(registers, billing);
    expect(lines(command)).toHaveLength(8);
    expect(lines(command, "all")).toHaveLength(22);
    expect(lines(command, "none")).toEqual([slugOf(Result.badArgument)]);
    expect(lines(command, "all", "billing")).toEqual([slugOf(Result.badArgument)]);
  });
});

describe("demand reset", () => {
  it("moves the peaks, and says why not where it is asked for again within 60 s", () => {
    const meter = running();
    const command = new DemandResetCommand(meter.billing);
    expect(lines(command)).toEqual(["resets 1", "ok"]);
    expect(lines(command)).toEqual(["locked-out"]);
    meter.clock.advance(60_000);
    expect(lines(command)).toEqual(["resets 2", "ok"]);
    expect(lines(command, "now")).toEqual(["bad-argument"]);
    expect(meter.billing.demand.cumulative_W[0]).toBe(6480);
  });
});
