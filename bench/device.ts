/**
 * `npm run bench:device`: what the programs take on the emulated microcontroller, as a table and as JSON, compared with
 * docs/device-budget.json; ends with 1 where a number differs.
 */
import { existsSync, readFileSync } from "node:fs";
import { measureBudget, measureDay } from "../emulator/budget";
import { missingTools } from "../emulator/toolchain";
import { packageRoot } from "../host-sim/package-root";
import { printTable, writeJson } from "./output";
import { flagsOf, newBench } from "./program";

const COMMITTED = `${packageRoot}docs/device-budget.json`;
const JSON_FILE = `${packageRoot}out/device-budget.json`;

const flags = flagsOf<{ day: boolean; write: boolean }>(
  newBench(
    "bench:device",
    "what the programs take on the emulated microcontroller: exit code 1 where that has changed",
  )
    .option("--write", "keep the numbers in docs/device-budget.json", false)
    .option("--day", "a meter's heap at each hour of a day instead: exit code 1 where it has grown", false),
);
const missing = missingTools();
if (missing.length > 0) {
  console.error(`bench:device: not found: ${missing.join(", ")}; see docs/emulator.md`);
  process.exit(2);
}

if (flags.day) {
  const { hours, peak, reads, frames } = await measureDay();
  printTable(
    ["hour", "chunks", "slots"],
    [...hours.map(({ chunks, slots }, hour) => [hour + 1, chunks, slots]), ["peak", peak.chunks, peak.slots]],
  );
  console.log(`${reads} reads answered, ${frames} frames heard`);
  const used = hours.map(({ chunks, slots }) => chunks + slots);
  const [morning, evening] = [used.slice(0, 12), used.slice(12)].map((half) => Math.max(...half)) as [
    number,
    number,
  ];
  console.log(`at most ${morning} bytes in use in the first half of the day, ${evening} in the second`);
  process.exit(evening > morning ? 1 : 0);
}

const budget = await measureBudget();
const rows = flatten(budget);
const before = flatten(existsSync(COMMITTED) ? JSON.parse(readFileSync(COMMITTED, "utf8")) : {});

let differences = 0;
printTable(
  ["what", "measured", "committed"],
  [...new Set([...rows.keys(), ...before.keys()])].map((what) => {
    const [now, then] = [rows.get(what), before.get(what)];
    if (now !== then) differences++;
    return [what, now ?? "gone", now === then ? "same" : (then ?? "new")];
  }),
);

writeJson(JSON_FILE, budget);
if (flags.write) writeJson(COMMITTED, budget);
else if (differences > 0) {
  console.error(`${differences} numbers differ: npm run bench:device -- --write`);
  process.exitCode = 1;
}

/** Numbers of an object by their path. */
function flatten(value: unknown, path = ""): Map<string, number> {
  if (typeof value === "number") return new Map([[path, value]]);
  const entries = Object.entries(value as object).flatMap(([key, part]) => [
    ...flatten(part, path === "" ? key : `${path} ${key}`),
  ]);
  return new Map(entries);
}
