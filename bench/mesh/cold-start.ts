import Table from "cli-table3";
import { BIT_RATE } from "hal/channel-plan";
import { defaultOptions } from "../../host-sim/options";
import { Random } from "../../host-sim/random";
import { Draws } from "../../host-sim/radio/draws";
import { countHops } from "../../host-sim/radio/hops";
import { Town } from "../../host-sim/radio/town";
import { TownAir } from "../../host-sim/radio/town-air";
import { BOOT_US, Street } from "../../host-sim/street";

const DENSITY = 1100;
const METERS = [100, 300, 1000];
const STEP_US = 5e6;
const LONGEST_US = 45 * 60e6;
/** The outage of the whole town: long enough for all to have given up. */
const OUTAGE_US = 300e6;
const SHARES = [0.5, 0.95, 1];

interface Start {
  meters: number;
  seed: number;
  /** Whether all were switched on for the first time, or after an outage of the town that its collector had no part in. */
  after: "installation" | "outage";
  /** Meters with a path in the mean over channels and time. */
  reachable: number;
  /** Seconds until so many of those were registered and could be read; undefined where they were not in 45 minutes. */
  half_s: number | undefined;
  most_s: number | undefined;
  all_s: number | undefined;
  framesAMeter: number;
  /** Share of the time that the collector sent. */
  collectorDuty: number;
  busiestDuty: number;
}

/** All meters of towns switched on at once, as the simulator's defaults have it. Prints a table, and answers its figures. */
export function coldStart(seeds: readonly number[]): Start[] {
  const starts = METERS.flatMap((meters) => seeds.flatMap((seed) => run(meters, seed)));
  const table = new Table({
    head: [
      "meters",
      "seed",
      "after",
      "with a path",
      "50 % s",
      "95 % s",
      "all s",
      "frames",
      "collector",
      "busiest",
    ],
    style: { head: [], border: [] },
  });
  const seconds = (time_s: number | undefined): string => time_s?.toFixed(0) ?? "-";
  for (const start of starts)
    table.push([
      start.meters,
      start.seed,
      start.after,
      start.reachable,
      seconds(start.half_s),
      seconds(start.most_s),
      seconds(start.all_s),
      start.framesAMeter.toFixed(0),
      `${(100 * start.collectorDuty).toFixed(1)} %`,
      `${(100 * start.busiestDuty).toFixed(1)} %`,
    ]);
  console.log(table.toString());
  return starts;
}

function run(meters: number, seed: number): Start[] {
  const street = new Street({
    ...defaultOptions,
    meters,
    seed,
    density: DENSITY,
    days: 1,
    depth: "model",
  });
  const draws = new Draws(new Random(seed, "air"));
  const { unreached } = countHops(new TownAir(new Town(meters, DENSITY, 1, draws), BIT_RATE, draws));
  const first = watch(street, meters - unreached, "installation");
  for (const meter of street.meters) meter.powerOff();
  street.world.runUntil(street.world.now_us + OUTAGE_US);
  for (const meter of street.meters) meter.powerOn();
  return [first, watch(street, meters - unreached, "outage")];
}

/** From now on, until all that can are back. */
function watch(street: Street, reachable: number, after: Start["after"]): Start {
  const { world, medium, options } = street;
  const start_us = after === "installation" ? BOOT_US : world.now_us;
  const framesBefore = frames(street);
  const sentBefore_us = medium.radios.map(({ airtime }) => airtime.total_us);
  const times_s: (number | undefined)[] = [];
  while (times_s.length < SHARES.length && world.now_us < start_us + LONGEST_US) {
    world.runUntil(world.now_us + STEP_US);
    const readable = street.meters.filter(
      ({ meter }, n) => meter.join.joined && street.hops(street.meters[n]) > 0,
    );
    while (times_s.length < SHARES.length && readable.length >= SHARES[times_s.length] * reachable)
      times_s.push((world.now_us - start_us) / 1e6);
  }
  const [half_s, most_s, all_s] = times_s;
  const duties = medium.radios.map(
    ({ airtime }, n) => (airtime.total_us - sentBefore_us[n]) / (world.now_us - start_us),
  );
  return {
    meters: options.meters,
    seed: options.seed,
    after,
    reachable,
    half_s,
    most_s,
    all_s,
    framesAMeter: (frames(street) - framesBefore) / options.meters,
    collectorDuty: duties[0],
    busiestDuty: Math.max(...duties.slice(1)),
  };
}

function frames({ medium }: Street): number {
  return medium.radios.reduce((sum, { airtime }) => sum + airtime.frames, 0);
}
