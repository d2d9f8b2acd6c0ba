/**
 * `npm run cuts`: cuts every flash operation of every scenario in every way. The last line is `cuts=N lost=N`; exit code 1
 * where anything was lost.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { Option } from "commander";
import { wholeNumber } from "../../host-sim/cli/values";
import { flagsOf, newBench } from "../program";
import { CutRunner, type CutReport } from "./runner";
import { scenarios } from "./scenarios";

const WORKERS = 2;
const LONG_ROUNDS = 10;
/** Share of the cuts after which the restart is cut again. */
const AGAIN = 0.02;
const MAX_SHOWN = 20;

interface Work {
  readonly seed: number;
  readonly parts: number;
  readonly part: number;
  readonly only?: string;
  readonly scenario?: string;
}

interface Flags {
  long: boolean;
  seed: number;
  scenario?: string;
  replay?: string;
}

interface Row extends CutReport {
  readonly name: string;
}

if (isMainThread) await main();
else parentPort!.postMessage(cutAll(workerData as Work));

function cutAll(work: Work): Row[] {
  return scenarios(work.seed)
    .filter(({ name }) => work.only === undefined || work.only.startsWith(`${name}:`))
    .filter(({ name }) => work.scenario === undefined || work.scenario === name)
    .map((scenario) => ({
      name: scenario.name,
      ...new CutRunner(scenario, { ...work, again: AGAIN }).run(),
    }));
}

async function main(): Promise<void> {
  const flags = flagsOf<Flags>(
    newBench(
      "cuts",
      "cut every flash operation of every scenario in every way: exit code 1 where anything was lost",
    )
      .option("--long", `${LONG_ROUNDS} rounds, each with a seed of its own`, false)
      .option("--seed <n>", "the first seed", wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
      .addOption(
        new Option("--scenario <name>", "one of them (default: all)").choices(
          scenarios(1).map(({ name }) => name),
        ),
      )
      .option("--replay <cut>", "one cut, by the name that it was printed with"),
  );
  let cuts = 0;
  let lost = 0;
  const rounds = flags.long ? LONG_ROUNDS : 1;
  for (let seed = flags.seed; seed < flags.seed + rounds; seed++) {
    const rows =
      flags.replay === undefined
        ? await inWorkers(seed, flags.scenario)
        : cutAll({ seed, parts: 1, part: 0, only: flags.replay });
    for (const { name, operations, ...row } of rows) {
      console.log(
        `seed ${seed} ${name}: ${operations} operations, ${row.cuts} cuts, ${row.again} of them again`,
      );
      for (const { cut, reason } of row.losses.slice(0, MAX_SHOWN))
        console.log(`  ${reason}: npm run cuts -- --seed ${seed} --replay ${cut}`);
      cuts += row.cuts;
      lost += row.losses.length;
    }
  }
  console.log(`cuts=${cuts} lost=${lost}`);
  process.exitCode = lost > 0 || cuts === 0 ? 1 : 0;
}

/** The cuts of all parts together. */
async function inWorkers(seed: number, scenario: string | undefined): Promise<Row[]> {
  const parts = await Promise.all(
    Array.from({ length: WORKERS }, (_, part) =>
      inWorker({ seed, parts: WORKERS, part, ...(scenario !== undefined && { scenario }) }),
    ),
  );
  return parts[0].map(({ name, operations }, index) => ({
    name,
    operations,
    cuts: sum(parts.map((rows) => rows[index].cuts)),
    again: sum(parts.map((rows) => rows[index].again)),
    losses: parts.flatMap((rows) => rows[index].losses),
  }));
}

function inWorker(work: Work): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: work });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
