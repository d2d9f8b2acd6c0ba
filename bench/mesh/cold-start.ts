import { BOOT_US, type Street } from "../../host-sim/street";
import { percent, printTable, seconds } from "../output";
import { framesOf, reachable, townStreet, untilReadable } from "../town/street";

const METERS = [100, 300, 1000];
const LONGEST_US = 45 * 60e6;
/** The outage of the whole town: long enough for all to have given up. */
const OUTAGE_US = 300e6;

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
export function coldStart(seeds: readonly number[], meters: number | undefined): Start[] {
  const sizes = meters === undefined ? METERS : [meters];
  const starts = sizes.flatMap((size) => seeds.flatMap((seed) => run(size, seed)));
  printTable(
    [
      ...["meters", "seed", "after", "with a path", "50 % s", "95 % s", "all s"],
      ...["frames", "collector", "busiest"],
    ],
    starts.map((start) => [
      ...[start.meters, start.seed, start.after, start.reachable],
      ...[start.half_s, start.most_s, start.all_s].map(seconds),
      start.framesAMeter.toFixed(0),
      percent(start.collectorDuty),
      percent(start.busiestDuty),
    ]),
  );
  return starts;
}

function run(meters: number, seed: number): Start[] {
  const street = townStreet(meters, seed);
  const first = watch(street, "installation");
  for (const meter of street.meters) meter.powerOff();
  street.world.runUntil(street.world.now_us + OUTAGE_US);
  for (const meter of street.meters) meter.powerOn();
  return [first, watch(street, "outage")];
}

/** From now on, until all that can are back. */
function watch(street: Street, after: Start["after"]): Start {
  const { world, medium, options } = street;
  const start_us = after === "installation" ? BOOT_US : world.now_us;
  const framesBefore = framesOf(street);
  const sentBefore_us = medium.radios.map(({ airtime }) => airtime.total_us);
  const meters = reachable(street);
  const times_us = untilReadable(street, meters, start_us + LONGEST_US);
  const [half_s, most_s, all_s] = times_us.map((at_us) => (at_us - start_us) / 1e6);
  const duties = medium.radios.map(
    ({ airtime }, n) => (airtime.total_us - sentBefore_us[n]) / (world.now_us - start_us),
  );
  return {
    meters: options.meters,
    seed: options.seed,
    after,
    reachable: meters.length,
    half_s,
    most_s,
    all_s,
    framesAMeter: (framesOf(street) - framesBefore) / options.meters,
    collectorDuty: duties[0],
    busiestDuty: Math.max(...duties.slice(1)),
  };
}
