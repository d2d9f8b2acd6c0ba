import { BadInput, type StreetOptions } from "../options";
import { checkWritable, writeWhole } from "../output";
import { writeReport } from "../report/report";
import { runStreet, type StreetOutcome } from "../run-street";
import { runBridge } from "./bridge";
import { checkResult } from "./check";
import { Progress } from "./progress";
import { summary } from "./summary";

const MAX_PORT = 65_535;

/**
 * Runs a street and writes what was asked for.
 * @returns the exit code: 0, or 1 when the run failed its own checks
 * @throws BadInput
 */
export async function sim(options: StreetOptions): Promise<number> {
  const { meters, collectors, topology, capture, report, json, coapBridge } = options;
  if (collectors > 1 && topology !== undefined)
    throw new BadInput(`--collectors ${collectors}: an edge list has one, its first node`);
  if (options.chip === "ade7953" && options.depth === "model")
    throw new BadInput("--chip ade7953: there is no model of it, so that --depth model does not go with it");
  if (coapBridge !== undefined && coapBridge + meters - 1 > MAX_PORT)
    throw new BadInput(`--coap-bridge ${coapBridge}: ${meters} meters from there on pass port ${MAX_PORT}`);
  if (capture !== undefined) checkWritable(capture, "file");
  if (report !== undefined) checkWritable(report, "folder");
  if (json !== undefined && json !== "-") checkWritable(json, "file");

  if (coapBridge !== undefined) {
    await runBridge(options, coapBridge);
    return 0;
  }

  const progress = new Progress(meters, options.days);
  let outcome: StreetOutcome;
  try {
    outcome = runStreet(options, { progress: (simulated_s) => progress.update(simulated_s) });
  } finally {
    progress.stop();
  }
  const { result } = outcome;
  const problems = checkResult(result, options.faults, options.density !== undefined);
  const page = report === undefined ? undefined : writeReport(report, options, outcome, problems);
  const object = `${JSON.stringify(result, undefined, 2)}\n`;
  if (json === "-") process.stdout.write(object);
  else {
    if (json !== undefined) writeWhole(json, object);
    console.log(summary(result));
    if (page !== undefined) console.log(`report: ${page}`);
  }
  for (const problem of problems) console.error(`wattmesh: check failed: ${problem}`);
  return problems.length > 0 ? 1 : 0;
}
