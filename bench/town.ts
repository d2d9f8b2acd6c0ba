/** `npm run bench:town`: towns that one collector reads each 4 hours, by the model of docs/medium.md. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Option } from "commander";
import { wholeNumber } from "../host-sim/cli/values";
import { quantile } from "../host-sim/quantile";
import { percent, printTable, writeJson } from "./output";
import { flagsOf, newBench } from "./program";
import { readTown, type TownCase, type TownReading } from "./town/reading";
import { DENSITY } from "./town/street";

/** Those of the record. */
const TOWNS = [
  { meters: 2750, density: DENSITY },
  { meters: 2750, density: 300 },
  { meters: 5000, density: DENSITY },
];
const RECORD = { seeds: 3, hours: 24 };
const SHORT = { seeds: 1, hours: 8 };

interface Flags {
  meters?: number;
  density: number;
  seeds?: number;
  hours?: number;
  json: string;
  /** A town of this process' own, whose figures go to standard output: each has its own memory to be measured. */
  one?: TownCase;
}

const flags = flagsOf<Flags>(
  newBench(
    "bench:town",
    "towns that one collector reads each 4 hours: those of the record take hours, --meters 500 a minute or two",
  )
    .option("--meters <n>", "one town of so many (default: the towns of the record)", wholeNumber(1, 10_000))
    .option("--density <n>", "its meters a square kilometre", wholeNumber(1, 100_000), DENSITY)
    .option(
      "--seeds <n>",
      `how many, from 1 on (default: ${RECORD.seeds}; ${SHORT.seeds} with --meters)`,
      wholeNumber(1, 1000),
    )
    .option(
      "--hours <n>",
      `simulated (default: ${RECORD.hours}; ${SHORT.hours} with --meters)`,
      wholeNumber(1, 1000),
    )
    .option("--json <file>", "where the figures go", "out/bench-town.json")
    .addOption(new Option("--one <town>").argParser((text) => JSON.parse(text) as TownCase).hideHelp()),
);

function bench(towns: typeof TOWNS, seeds: number, hours: number): void {
  const columns: string[][] = [];
  const figures = towns.map((town) => {
    const runs = Array.from({ length: seeds }, (_, index) => apart({ ...town, seed: index + 1, hours }));
    columns.push(...runs.map((run) => column(`seed ${run.seed}`, [run])));
    if (seeds > 1) columns.push(column(`${seeds} seeds`, runs));
    return { ...town, hours, runs: runs.map((run) => ({ ...run, took_ms: undefined })), ...pooled(runs) };
  });
  printTable(
    [],
    ROWS.map((name, row) => [name, ...columns.map((figure) => figure[row])]),
  );
  writeJson(flags.json, figures);
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
    `${percent(all.collectorDutyMax, 2)}, ${percent(all.relayDutyMax, 2)}`,
    all.channelDwellMaxMs.toFixed(0),
    `${all.lostWh.toFixed(3)} / ${all.inventedWh.toFixed(3)}`,
    all.processor_s.toFixed(0),
    all.nodeSecondsPerSecond.toFixed(0),
    String(all.peak_MB),
  ];
}

if (flags.one !== undefined) {
  process.stdout.write(JSON.stringify(readTown(flags.one)));
} else {
  const { meters, density } = flags;
  const { seeds, hours } = { ...(meters === undefined ? RECORD : SHORT), ...flags };
  bench(meters === undefined ? TOWNS : [{ meters, density }], seeds, hours);
}
