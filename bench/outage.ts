/**
 * `npm run bench:outage -- [--meters N --area N --seeds N --shapes LIST --json FILE]`: a part of a town loses its
 * supply at once. How many of its meters the head end knows of by their own message within 5 minutes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { run, SHAPES, type Shape } from "./outage/run";

const { values } = parseArgs({
  options: {
    meters: { type: "string", default: "2000" },
    area: { type: "string", default: "1000" },
    seeds: { type: "string", default: "3" },
    shapes: { type: "string", default: SHAPES.join() },
    json: { type: "string", default: "out/bench-outage.json" },
  },
});
const table = new Table({
  head: [
    ...["shape", "seed", "meters", "without supply", "known", "at the edge", "inside"],
    ...["p50 s", "p95 s", "own", "frames a meter", "notices", "restored", "p50 s", "p95 s"],
  ],
  style: { head: [], border: [] },
});
const percent = (share: number): string => (Number.isNaN(share) ? "-" : `${(100 * share).toFixed(1)} %`);
const runs = (values.shapes.split(",") as Shape[]).flatMap((shape) =>
  Array.from({ length: Number(values.seeds) }, (_, index) => {
    const figures = run(shape, Number(values.area), index + 1, Number(values.meters));
    const { known, edge, inside, gasps, frames, restored } = figures;
    table.push([
      ...[shape, figures.seed, figures.meters, figures.area, percent(known.share)],
      ...[percent(edge.share), percent(inside.share), known.p50_s.toFixed(0), known.p95_s.toFixed(0)],
      ...[gasps.toFixed(2), frames.toFixed(1), figures.notices],
      ...[percent(restored.share), restored.p50_s.toFixed(0), restored.p95_s.toFixed(0)],
    ]);
    if (process.stderr.isTTY) process.stderr.write(`${JSON.stringify(figures)}\n`);
    return figures;
  }),
);
console.log(table.toString());
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(runs, undefined, 2)}\n`);
console.log(`also in ${values.json}`);
