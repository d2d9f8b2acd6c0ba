import { expect, it } from "vitest";
import { describeWith } from "../support/tools";
import { bundleForXs, engine, XsMachine } from "./machine";
import { firstDifference } from "./transcript";

/** A suite that runs in XS; where the engine is not installed it skips and says so. */
export function describeXs(title: string, body: () => void): void {
  describeWith("the XS engine (npm run xs:install)", engine, title, body);
}

/** A scenario, run on both engines: `run` answers a transcript of ASCII lines. */
export interface Scenario {
  run(): string;
}

/**
 * A test that a scenario has the same transcript in Node and in XS.
 * @param entry the scenario's module, below the repository's root
 */
export function itAgrees(title: string, entry: string, scenario: Scenario): void {
  it(title, () => {
    const transcript = scenario.run();
    expect(transcript).not.toBe("");
    expect(firstDifference(runInXs(entry), transcript)).toBeUndefined();
  });
}

function runInXs(entry: string): string {
  const machine = new XsMachine();
  try {
    machine.evaluate(bundleForXs(entry, "scenario"));
    return new TextDecoder().decode(
      machine.evaluate("new TextEncoder().encode(scenario.run()).buffer").bytes,
    );
  } finally {
    machine.close();
  }
}
