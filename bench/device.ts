/**
 * `npm run bench:device [-- --write]`: what the programs take on the emulated microcontroller, as a table and as JSON,
 * compared with docs/device-budget.json; ends with 1 where a number differs. `--write` keeps the numbers as the new
 * ones. `--day` measures a meter's heap at each hour of a day instead (minutes); ends with 1 where it has grown.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { measureBudget, measureDay } from "../emulator/budget";
import { missingTools } from "../emulator/toolchain";
import { packageRoot } from "../host-sim/package-root";

const COMMITTED = `${packageRoot}docs/device-budget.json`;
const JSON_FILE = `${packageRoot}out/device-budget.json`;

const { values } = parseArgs({
  options: { day: { type: "boolean", default: false }, write: { type: "boolean", default: false } },
});
const missing = missingTools();
if (missing.length > 0) {
  console.error(`bench:device: not found: ${missing.join(", ")}; see docs/emulator.md`);
  process.exit(2);
}

if (values.day) {
  const { hours, peak, reads, frames } = await measureDay();
  const day = new Table({ head: ["hour", "chunks", "slots"], style: { head: [], border: [] } });
  hours.forEach(({ chunks, slots }, hour) => day.push([hour + 1, chunks, slots]));
  day.push(["peak", peak.chunks, peak.slots]);
  console.log(day.toString());
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
const text = `${JSON.stringify(budget, undefined, 2)}\n`;
const rows = flatten(budget);
const before = flatten(existsSync(COMMITTED) ? JSON.parse(readFileSync(COMMITTED, "utf8")) : {});

const table = new Table({ head: ["what", "measured", "committed"], style: { head: [], border: [] } });
let differences = 0;
for (const what of new Set([...rows.keys(), ...before.keys()])) {
  const [now, then] = [rows.get(what), before.get(what)];
  if (now !== then) differences++;
  table.push([what, now ?? "gone", now === then ? "same" : (then ?? "new")]);
}
console.log(table.toString());

mkdirSync(`${packageRoot}out`, { recursive: true });
writeFileSync(JSON_FILE, text);
console.log(`also in ${JSON_FILE}`);
if (values.write) writeFileSync(COMMITTED, text);
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
