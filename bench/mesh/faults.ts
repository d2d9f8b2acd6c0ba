import { CYCLE_MS } from "../../head-end/poller";
import type { SimulatedMeter } from "../../host-sim/meter";
import { noFaults, type StreetOptions } from "../../host-sim/options";
import { Random } from "../../host-sim/random";
import { BOOT_US, EPOCH_MS, type Street } from "../../host-sim/street";
import { recordOf } from "../../host-sim/tally";
import { percent, printTable, seconds } from "../output";
import { framesOf, reachable, townStreet, untilReadable } from "../town/street";

const METERS = 300;
const CYCLE_US = CYCLE_MS * 1000;
/** As a cycle of reads begins, whose routes are all of before; one more follows it. */
const STRUCK_US = CYCLE_US;
const END_US = 3 * CYCLE_US;
const PROMPT_MS = 30 * 60_000;
/** Of the meters, when some die. */
const DYING = 0.05;
const INTERFERENCE = 0.2;

interface Case {
  readonly changes?: Partial<StreetOptions>;
  /** What happens to the town; left out, its meters have to cope with what is there from the start. */
  readonly strike?: (street: Street) => void;
}

const CASES: Record<string, Case> = {
  "no fault": {},
  "5 % of meters die": {
    strike: ({ meters, options }) => {
      const random = new Random(options.seed, "dying meters");
      const living = [...meters];
      for (let left = Math.round(DYING * meters.length); left > 0; left--)
        living.splice(random.below(living.length), 1)[0].powerOff();
    },
  },
  "one of two collectors dies": {
    changes: { collectors: 2 },
    strike: ({ collectors }) => collectors[1].powerOff(),
  },
  "20 % interference": { changes: { faults: { ...noFaults, interference: INTERFERENCE } } },
};

/** Shares of the living meters with a path whose read was done. */
interface Cycle {
  within30Min: number;
  /** Before the next one. */
  done: number;
}

interface Outcome {
  what: string;
  seed: number;
  /** Meters that live and have a path afterwards. */
  reachable: number;
  /** From the fault, or else from the start, until 95 % and all of these can be read. */
  most_s: number | undefined;
  all_s: number | undefined;
  /** The cycle that the fault falls into, and the one after it. */
  cycles: Cycle[];
  /** On the air in the two cycles, for each meter of the town. */
  framesAMeter: number;
}

/** What faults do to a town that is read every four hours. Prints a table, and answers its figures. */
export function faults(seeds: readonly number[], meters = METERS): Outcome[] {
  const outcomes = Object.entries(CASES).flatMap(([what, each]) =>
    seeds.map((seed) => run(what, each, seed, meters)),
  );
  printTable(
    [
      ...["", "seed", "with a path", "95 % s", "all s"],
      ...["in 30 min", "before the next", "next: in 30 min", "before the next", "frames a meter"],
    ],
    outcomes.map(({ what, seed, reachable, most_s, all_s, cycles, framesAMeter }) => [
      ...[what, seed, reachable, seconds(most_s), seconds(all_s)],
      ...cycles.flatMap(({ within30Min, done }) => [percent(within30Min, 2), percent(done, 2)]),
      framesAMeter.toFixed(0),
    ]),
  );
  return outcomes;
}

function run(what: string, { changes, strike }: Case, seed: number, size: number): Outcome {
  const street = townStreet(size, seed, changes);
  const start_us = strike === undefined ? BOOT_US : STRUCK_US;
  let framesBefore = 0;
  street.world.at(STRUCK_US, () => (framesBefore = framesOf(street)));
  street.world.runUntil(start_us);
  strike?.(street);
  const meters = reachable(street);
  const times_us = untilReadable(street, meters, strike === undefined ? STRUCK_US : END_US);
  const [, most_s, all_s] = times_us.map((at_us) => (at_us - start_us) / 1e6);
  street.world.runUntil(END_US);
  return {
    what,
    seed,
    reachable: meters.length,
    most_s,
    all_s,
    cycles: [1, 2].map((cycle) => cycleOf(street, meters, EPOCH_MS + cycle * CYCLE_MS)),
    framesAMeter: (framesOf(street) - framesBefore) / size,
  };
}

/** @param due_ms UTC at which its reads fell due */
function cycleOf(street: Street, meters: readonly SimulatedMeter[], due_ms: number): Cycle {
  const records = new Set(meters.map((meter) => recordOf(street, meter)));
  const waits_ms = street.reads
    .filter((read) => read.due_ms === due_ms && records.has(read.meter) && read.done_ms !== undefined)
    .map(({ done_ms }) => done_ms! - due_ms);
  const share = (most_ms: number): number =>
    waits_ms.filter((wait_ms) => wait_ms <= most_ms).length / meters.length;
  return { within30Min: share(PROMPT_MS), done: share(CYCLE_MS) };
}
