/** `npm run bench`: the figures of docs/figures.md, as tables and as JSON. */
import { existsSync } from "node:fs";
import { channelUse } from "./channels";
import { chipSpeed } from "./chip";
import { codecFigures } from "./codec";
import { noFaults } from "../host-sim/options";
import { printTable, writeJson } from "./output";
import { flagsOf, newBench } from "./program";
import { SHARED } from "./shared";
import { wearFigures } from "./storage";
import { kilobytesPerMeter, runFigures, type RunFigures } from "./street";
import { live } from "./year";
import { codecComputrons } from "./xs/codec-computrons";
import { computrons } from "./xs/computrons";
import { forwardingComputrons } from "./xs/forwarding-computrons";
import { macComputrons } from "./xs/mac-computrons";

const { json } = flagsOf<{ json: string }>(
  newBench("bench", "the figures of docs/figures.md").option(
    "--json <file>",
    "where the figures go",
    "out/bench.json",
  ),
);
const loads = `${SHARED}/data/ch_elcons_15min_24meters_Wh.csv`;

const noise = { ...noFaults, frameLoss: 0.1, spiNoise: 0.001 };
const wrongFrames = { ...noFaults, spiCommand: 0.0001, spiAbort: 0.0001 };

const runs: RunFigures[] = [runFigures("npm start", {})];
if (existsSync(loads)) runs.push(runFigures("measured loads", { loads }));
else console.log(`skipped: measured loads: ${loads} is not here`);
runs.push(
  runFigures("frame-loss:0.1,spi-noise:0.001", { faults: noise }),
  runFigures("spi-command:0.0001,spi-abort:0.0001", { faults: wrongFrames }),
  ...[1, 2, 3].map((seed) =>
    runFigures(`spi-command:0.001,spi-abort:0.001, a day, seed ${seed}`, {
      faults: { ...wrongFrames, spiCommand: 0.001, spiAbort: 0.001 },
      days: 1,
      seed,
    }),
  ),
  runFigures("model depth", { depth: "model" }),
  runFigures("model depth, 60-minute intervals", { depth: "model", interval_min: 60 }),
  runFigures("model depth, 200 meters", { depth: "model", meters: 200 }),
);

const chip = chipSpeed();
const costs = computrons();
if (costs === undefined) console.log('skipped: computrons: the XS engine is not here; "npm run xs:install"');
const mac = { computrons: macComputrons(), channels: channelUse() };
const forwarding = forwardingComputrons();
const wear = wearFigures();
const years = [1, 2, 3].map((seed) => ({ seed, ...live({ days: 365, outages: 200, seed }) }));
const codec = existsSync(loads) ? codecFigures(loads) : [];
const codecCosts = codecComputrons() ?? [];
const figures = {
  wear,
  years,
  runs,
  chipDepth: chip,
  kilobytesPerMeter: { chip: kilobytesPerMeter("chip"), model: kilobytesPerMeter("model") },
  computrons: costs,
  mac,
  forwarding,
  codec: { bitsAnInterval: codec, computronsAnInterval: codecCosts },
};

print(runs.map((run) => ({ ...run })));
print([{ what: "chip simulated at its bus", ...chip }]);
print([{ what: "memory of a simulated meter, kB", ...figures.kilobytesPerMeter }]);
print(wear.map((row) => ({ ...row })));
print(years.map(({ seed, ...year }) => ({ "a year, seed": seed, ...year })));
if (costs !== undefined)
  print(Object.entries(costs).map(([what, cost]) => ({ "XS computrons of": what, ...columns(cost) })));
if (mac.computrons !== undefined) print([{ "XS computrons, medium access": "", ...mac.computrons }]);
if (forwarding !== undefined) print([{ "XS computrons, a packet passed on": "", ...forwarding }]);
print(mac.channels.map((use, node) => ({ "channels used by node": node, ...use })));

if (codec.length > 0) {
  print(
    codec.map(({ meters, resolution_Wh, references, day, primed, sent }) => ({
      "bits an interval, meters": meters,
      "in Wh": resolution_Wh,
      ...references,
      "a day alone": day,
      ...Object.fromEntries(
        Object.entries(primed).flatMap(([days, bits]) => [
          [`a day, ${days} primed`, bits.day],
          [`16, ${days} primed`, bits.read],
        ]),
      ),
      "a day, ended": sent.day,
      "16, ended": sent.read,
    })),
  );
}
if (codecCosts.length > 0) print(codecCosts.map((cost) => ({ ...cost })));

writeJson(json, figures);

function columns(cost: unknown): Record<string, unknown> {
  return typeof cost === "object" ? { ...cost } : { computrons: cost };
}

/** A table with a column for each property of the rows. */
function print(rows: Record<string, unknown>[]): void {
  const head = Object.keys(rows[0]);
  printTable(
    head,
    rows.map((row) => head.map((column) => shown(row[column]))),
  );
}

function shown(value: unknown): string {
  return typeof value === "number" && !Number.isInteger(value)
    ? value.toFixed(Math.abs(value) < 10 ? 3 : 1)
    : String(value);
}
