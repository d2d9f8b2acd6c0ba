/**
 * `npm run bench:town [-- --meters N --density N --seeds N --hours N --json FILE]`: towns that one collector reads each 4
 * hours, by the model of docs/medium.md. Without `--meters` the towns of the record, a day each: hours of work. With
 * `--meters 500` a minute or two.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { quantile } from "./mesh/quantile";
import { readTown, type TownCase, type TownReading } from "./town/reading";

/** Those of the record. */
const TOWNS = [
  { meters: 2750, density: 1100 },
  { meters: 2750, density: 300 },
  { meters: 5000, density: 1100 },
];
const RECORD = { seeds: 3, hours: 24 };
const SHORT = { seeds: 1, hours: 8 };

const { values } = parseArgs({
  options: {
    meters: { type: "string" },
    density: { type: "string", default: "1100" },
    seeds: { type: "string" },
    hours: { type: "string" },
    json: { type: "string", default: "out/bench-town.json" },
    /** A town of this process' own, whose figures go to standard output: each has its own memory to be measured. */
    one: { type: "string" },
  },
});

function bench(towns: typeof TOWNS, seeds: number, hours: number): void {
  const table = new Table({ style: { head: [], border: [] } });
  const columns: string[][] = [];
  const figures = towns.map((town) => {
    const runs = Array.from({ length: seeds }, (_, index) => apart({ ...town, seed: index + 1, hours }));
    columns.push(...runs.map((run) => column(`seed ${run.seed}`, [run])));
    if (seeds > 1) columns.push(column(`${seeds} seeds`, runs));
    return { ...town, hours, runs: runs.map((run) => ({ ...run, took_ms: undefined })), ...pooled(runs) };
  });
  for (const [row, name] of ROWS.entries()) table.push({ [name]: columns.map((figure) => figure[row]) });
  console.log(table.toString());
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  console.log(`also in ${values.json}`);
}

/** In a process of its own. */
function apart(town: TownCase): TownReading {
  console.error(`${town.meters} meters at ${town.density} a km², seed ${town.seed}, ${town.hours} h …`);
  const output = execFileSync(
    process.execPath,
    ["--enable-source-maps", fileURLToPath(import.meta.url), "--one", JSON.stringify(town)],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 2 ** 28 },
  );
  return JSON.parse(output) as TownReading;
}

function pooled(runs: TownReading[]) {
  const sum = (of: (run: TownReading) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const most = (of: (run: TownReading) => number): number => Math.max(...runs.map(of));
  const took_ms = runs.flatMap((run) => run.took_ms).sort((a, b) => a - b);
  const due = sum(({ result }) => result.reads.due);
  return {
    joined: sum(({ result }) => result.mesh.joined),
    withoutPath: sum(({ result }) => result.mesh.withoutPath.length),
    due,
    within30Min: sum(({ result }) => result.reads.doneWithin30Min) / due,
    done: sum(({ result }) => result.reads.done) / due,
    doneWithPath:
      sum(({ result }) => result.reads.doneWithPath) / sum(({ result }) => result.reads.dueWithPath),
    mostDone_s: most(({ mostDone_s }) => Math.max(...mostDone_s.map((time_s) => time_s ?? Infinity))),
    took_ms: [0.5, 0.95, 0.99, 1].map((share) => quantile(took_ms, share)),
    collectorDutyMax: most(({ result }) => result.mesh.collectorDutyMax),
    relayDutyMax: most(({ result }) => result.mesh.relayDutyMax),
    channelDwellMaxMs: most(({ result }) => result.mesh.channelDwellMaxMs),
    lostWh: sum(({ result: { energy } }) => energy.lostWh + energy.received.lostWh),
    inventedWh: sum(({ result: { energy } }) => energy.inventedWh + energy.received.inventedWh),
    processor_s: most(({ processor_s }) => processor_s),
    nodeSecondsPerSecond: Math.min(...runs.map((run) => run.nodeSecondsPerSecond)),
    peak_MB: most(({ peak_MB }) => peak_MB),
  };
}

const ROWS = [
  "meters at so many a km²",
  "",
  "hops by the links: mean, 90 % within, most",
  "joined, without a path",
  "reads due",
  "done in 30 minutes",
  "done before the next cycle",
  "of meters with a path",
  "99 % of a cycle done after, s",
  "p50 / p95 / p99 / max of a read, ms",
  "sending: collector, busiest meter",
  "longest on a channel in 20 s, ms",
  "lost / invented Wh",
  "processor time, s",
  "node-seconds a second of it",
  "peak memory, MB",
];

/** In the order of {@link ROWS}. */
function column(title: string, runs: TownReading[]): string[] {
  const [{ meters, density }] = runs;
  const all = pooled(runs);
  const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;
  const list = (of: (hops: TownReading["hops"]) => number, digits: number): string =>
    runs.map((run) => of(run.hops).toFixed(digits)).join("/");
  return [
    `${meters} at ${density}`,
    title,
    [list(({ mean }) => mean, 2), list(({ p90 }) => p90, 0), list(({ most }) => most, 0)].join(", "),
    `${all.joined}, ${all.withoutPath}`,
    String(all.due),
    percent(all.within30Min, 3),
    percent(all.done, 3),
    percent(all.doneWithPath, 3),
    all.mostDone_s.toFixed(0),
    all.took_ms.map((ms) => ms.toFixed(0)).join(" / "),
    `${percent(all.collectorDutyMax)}, ${percent(all.relayDutyMax)}`,
    all.channelDwellMaxMs.toFixed(0),
    `${all.lostWh.toFixed(3)} / ${all.inventedWh.toFixed(3)}`,
    all.processor_s.toFixed(0),
    all.nodeSecondsPerSecond.toFixed(0),
    String(all.peak_MB),
  ];
}

if (values.one !== undefined) {
  process.stdout.write(JSON.stringify(readTown(JSON.parse(values.one) as TownCase)));
} else {
  const { seeds, hours } = values.meters === undefined ? RECORD : SHORT;
  const towns =
    values.meters === undefined
      ? TOWNS
      : [{ meters: Number(values.meters), density: Number(values.density) }];
  bench(towns, Number(values.seeds ?? seeds), Number(values.hours ?? hours));
}
