import { NorFlash, type FlashOperation } from "../../host-sim/flash";
import type { Cut } from "../../host-sim/flash-faults";
import { SeededEntropy } from "../../host-sim/node";
import { Random } from "../../host-sim/random";
import { RecordingCipher } from "./recording-cipher";
import type { Rig, Scenario } from "./scenario";

/** Shares of bits that are done, and of the others that are weak, in random masks. */
const MASKS: readonly { done: number; weak: number }[] = [
  { done: 0.5, weak: 0 },
  { done: 0.5, weak: 0.5 },
  { done: 0.02, weak: 0.05 },
  { done: 0, weak: 1 },
  { done: 0.98, weak: 0 },
  { done: 0.98, weak: 1 },
  { done: 0.999, weak: 1 },
];

export interface RunnerOptions {
  readonly seed: number;
  /** Share of the cuts after which the restart is cut again, at each of its operations, in ways that are drawn. */
  readonly again: number;
  /** Only operations whose number leaves the remainder `part` are cut: parts run side by side. */
  readonly parts: number;
  readonly part: number;
  /** Only this cut and those that follow from it. */
  readonly only?: string;
}

export interface CutReport {
  cuts: number;
  /** Of them cuts in a restart after a cut. */
  again: number;
  operations: number;
  /** Cuts that lost something, as the name that {@link RunnerOptions.only} takes, with what broke. */
  readonly losses: { readonly cut: string; readonly reason: string }[];
}

/** Cuts every flash operation of a scenario in every way. The same options give the same cuts. */
export class CutRunner {
  readonly report: CutReport = { cuts: 0, again: 0, operations: 0, losses: [] };

  constructor(
    private readonly scenario: Scenario,
    private readonly options: RunnerOptions,
  ) {}

  run(): CutReport {
    const { scenario, options, report } = this;
    const random = new Random(options.seed, scenario.name);
    const cipher = new RecordingCipher();
    const flashes = scenario.partitions.map((partition) => new NorFlash({ ...partition, random }));
    const rig: Rig = { flashes, cipher, entropy: new SeededEntropy(random) };
    for (const flash of flashes) {
      flash.beforeOperation = (operation) => {
        const number = report.operations++;
        if (number % options.parts !== options.part) return;
        waysToCut(operation).forEach((cut, way) =>
          this.#cut(rig, cipher, operation, cut, `${scenario.name}:${number}:${way}`, 1),
        );
      };
    }
    scenario.run(rig);
    return report;
  }

  #cut(
    rig: Rig,
    cipher: RecordingCipher,
    operation: FlashOperation,
    cut: Cut,
    name: string,
    depth: number,
  ): void {
    const { scenario, options, report } = this;
    const { only } = options;
    if (only !== undefined && only !== name && !only.startsWith(`${name}/`)) return;
    const random = new Random(options.seed, name);
    const flashes = rig.flashes.map((flash) => flash.fork(random));
    flashes[rig.flashes.indexOf(operation.flash)].tear(operation, cut);
    const after = new RecordingCipher(cipher);
    const restarted: Rig = { flashes, cipher: after, entropy: new SeededEntropy(random) };
    report.cuts++;
    if (depth > 1) report.again++;
    if (depth < 3 && random.chance(options.again)) this.#cutAgain(restarted, after, name, depth, random);
    try {
      scenario.restart(restarted);
    } catch (error) {
      report.losses.push({ cut: name, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #cutAgain(rig: Rig, cipher: RecordingCipher, name: string, depth: number, random: Random): void {
    let number = 0;
    const cut = (operation: FlashOperation): void => {
      const ways = waysToCut(operation);
      const way = random.below(ways.length);
      this.#cut(rig, cipher, operation, ways[way], `${name}/${number++}:${way}`, depth + 1);
    };
    for (const flash of rig.flashes) flash.beforeOperation = cut;
  }
}

function waysToCut({ from, length }: FlashOperation): Cut[] {
  const ways: Cut[] = [{ how: "before" }, { how: "after" }];
  for (const { done, weak } of MASKS) ways.push({ how: "mask", done, weak });
  if (from === undefined) {
    for (const done of [0.1, 0.9]) ways.push({ how: "mask", done, weak: 0.1 });
    return ways;
  }
  for (let bytes = 1; bytes < length; bytes++) ways.push({ how: "torn", bytes, weak: bytes % 2 === 0 });
  return ways;
}
