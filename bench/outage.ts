/**
 * `npm run bench:outage`: a part of a town loses its supply at once. How many of its meters the head end knows of by
 * their own message within 5 minutes.
 */
import { InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "../host-sim/cli/values";
import { percent, printTable, seconds, writeJson } from "./output";
import { run, SHAPES, type Shape } from "./outage/run";
import { flagsOf, newBench } from "./program";

interface Flags {
  meters: number;
  area: number;
  seeds: number;
  shapes: readonly Shape[];
  json: string;
}

const flags = flagsOf<Flags>(
  newBench(
    "bench:outage",
    "a part of a town loses its supply: how many of its meters are known of in 5 minutes",
  )
    .option("--area <n>", "meters that lose their supply", wholeNumber(1, 10_000), 1000)
    .option("--meters <n>", "of the town, for a disc and a strip", wholeNumber(1, 10_000), 2000)
    .addOption(
      new Option("--shapes <list>", `of ${SHAPES.join()}`).argParser(shapes).default(SHAPES, "all of them"),
    )
    .option("--seeds <n>", "how many, from 1 on", wholeNumber(1, 1000), 3)
    .option("--json <file>", "where the figures go", "out/bench-outage.json"),
);
const runs = flags.shapes.flatMap((shape) =>
  Array.from({ length: flags.seeds }, (_, index) => {
    const figures = run(shape, flags.area, index + 1, flags.meters);
    if (process.stderr.isTTY) process.stderr.write(`${JSON.stringify(figures)}\n`);
    return figures;
  }),
);
printTable(
  [
    ...["shape", "seed", "meters", "joined", "without supply", "known", "at the edge", "inside"],
    ...["p50 s", "p95 s", "own", "frames a meter", "notices", "restored", "p50 s", "p95 s"],
  ],
  runs.map(({ shape, seed, meters, joined, area, known, edge, inside, gasps, frames, notices, restored }) => [
    ...[shape, seed, meters, joined, area, percent(known.share), percent(edge.share), percent(inside.share)],
    ...[seconds(known.p50_s), seconds(known.p95_s), gasps.toFixed(2), frames.toFixed(1), notices],
    ...[percent(restored.share), seconds(restored.p50_s), seconds(restored.p95_s)],
  ]),
);
writeJson(flags.json, runs);

function shapes(text: string): Shape[] {
  return text.split(",").map((name) => {
    const shape = SHAPES.find((each) => each === name);
    if (shape === undefined) throw new InvalidArgumentError(`There is no ${JSON.stringify(name)}.`);
    return shape;
  });
}
