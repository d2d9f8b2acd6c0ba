/**
 * `npm run bench:mesh [-- --only echo|cold-start|multicast --seeds N --json FILE]`: what the mesh does, beside Contiki-NG where that
 * has figures.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { coldStart } from "./mesh/cold-start";
import { echo } from "./mesh/echo";
import { multicast } from "./mesh/multicast";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    json: { type: "string", default: "out/bench-mesh.json" },
    seeds: { type: "string", default: "5" },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const benches: Record<string, (seeds: readonly number[]) => unknown[]> = {
  echo,
  "cold-start": coldStart,
  multicast,
};
const figures: Record<string, unknown[]> = {};
for (const [name, bench] of Object.entries(benches)) {
  if (values.only === undefined || values.only === name) figures[name] = bench(seeds);
}
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
console.log(`also in ${values.json}`);
