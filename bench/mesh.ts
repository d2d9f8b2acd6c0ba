/** `npm run bench:mesh`: what the mesh does, beside Contiki-NG where that has figures. */
import { Option } from "commander";
import { wholeNumber } from "../host-sim/cli/values";
import { coldStart } from "./mesh/cold-start";
import { echo } from "./mesh/echo";
import { faults } from "./mesh/faults";
import { multicast } from "./mesh/multicast";
import { writeJson } from "./output";
import { flagsOf, newBench } from "./program";

interface Flags {
  only?: string;
  meters?: number;
  seeds: number;
  json: string;
}

/** Each prints a table, and answers its figures. */
const benches: Record<string, (seeds: readonly number[], meters: number | undefined) => unknown[]> = {
  echo,
  "cold-start": coldStart,
  multicast,
  faults,
};

const flags = flagsOf<Flags>(
  newBench("bench:mesh", "what the mesh does, beside Contiki-NG where that has figures")
    .addOption(new Option("--only <bench>", "one of them (default: all)").choices(Object.keys(benches)))
    .option(
      "--meters <n>",
      "size of the towns (default: each bench's own); edge lists have theirs",
      wholeNumber(1, 10_000),
    )
    .option("--seeds <n>", "how many, from 1 on", wholeNumber(1, 1000), 5)
    .option("--json <file>", "where the figures go", "out/bench-mesh.json"),
);
const seeds = Array.from({ length: flags.seeds }, (_, index) => index + 1);
const figures: Record<string, unknown[]> = {};
for (const [name, bench] of Object.entries(benches))
  if (flags.only === undefined || flags.only === name) figures[name] = bench(seeds, flags.meters);
writeJson(flags.json, figures);
