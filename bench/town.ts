/** `npm run bench:town`: how far the meters of towns are from their collector, by the model of docs/medium.md. */
import Table from "cli-table3";
import { BIT_RATE } from "hal/channel-plan";
import { Draws } from "../host-sim/radio/draws";
import { countHops } from "../host-sim/radio/hops";
import { Town } from "../host-sim/radio/town";
import { TownAir } from "../host-sim/radio/town-air";
import { Random } from "../host-sim/random";

const SEEDS = [1, 2, 3];
const TOWNS = [
  { meters: 24, density: 1100 },
  { meters: 1000, density: 1100 },
  { meters: 2750, density: 1100 },
  { meters: 5000, density: 1100 },
  { meters: 2750, density: 300 },
];

const table = new Table({
  head: ["meters", "a km²", "seed", "mean hops", "p90", "most", "no path", "neighbours", "side m"],
  style: { head: [], border: [] },
});
for (const { meters, density } of TOWNS) {
  for (const seed of SEEDS) {
    const draws = new Draws(new Random(seed, "air"));
    const town = new Town(meters, density, 1, draws);
    const { mean, p90, most, unreached, neighbours } = countHops(new TownAir(town, BIT_RATE, draws));
    const side_m = Math.round(town.side_m);
    table.push([meters, density, seed, mean.toFixed(2), p90, most, unreached, neighbours.toFixed(0), side_m]);
  }
}
console.log(table.toString());
