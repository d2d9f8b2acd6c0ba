import { Random } from "../random";
import type { Flow } from "./load";
import type { NamedLoad } from "./street-loads";

/** Something that is wrong with the voltage, from `from_us` until before `until_us`. */
export interface Disturbance {
  from_us: number;
  until_us: number;
  /** Bits: 1 A, 2 B, 4 C. */
  phases: number;
  /** Of the voltage that there would be. At 0 the phase has no power either. */
  share: number;
  /** Phases follow each other in the wrong order. */
  reversed?: boolean;
}

/** From a cycle to a minute. */
const SHORTEST_S = 0.017;
const LONGEST_S = 60;
/** A phase is lost for longer: a fuse, a broken wire. */
const LOSS_FACTOR = 60;

/** A load whose voltage is disturbed now and then. */
export class DisturbedLoad implements NamedLoad {
  readonly phases: number;
  readonly kind: string;
  readonly #load: NamedLoad;
  readonly #disturbances: readonly Disturbance[];

  constructor(load: NamedLoad, disturbances: readonly Disturbance[]) {
    this.#load = load;
    this.phases = load.phases;
    this.kind = load.kind;
    this.#disturbances = disturbances;
  }

  flowAt(at_us: number, flow: Flow): number {
    let next_us = this.#load.flowAt(at_us, flow);
    flow.reversed = false;
    for (const disturbance of this.#disturbances) {
      const { from_us, until_us } = disturbance;
      if (at_us < from_us) next_us = Math.min(next_us, from_us);
      else if (at_us < until_us) {
        next_us = Math.min(next_us, until_us);
        disturb(flow, disturbance);
      }
    }
    return next_us;
  }
}

function disturb(flow: Flow, { phases, share, reversed = false }: Disturbance): void {
  flow.reversed ||= reversed;
  for (let phase = 0; phase < 3; phase++) {
    if ((phases & (1 << phase)) === 0) continue;
    flow.voltage_mV[phase] = Math.round(flow.voltage_mV[phase] * share);
    if (share > 0) continue;
    flow.activePower_mW[phase] = 0;
    flow.reactivePower_mvar[phase] = 0;
  }
}

/** `load`, its voltage disturbed `mean` times on average up to `end_us`; each `meter` (from 1) in its own way. */
export function disturbed(
  load: NamedLoad,
  mean: number,
  seed: number,
  meter: number,
  end_us: number,
): NamedLoad {
  if (mean <= 0) return load;
  const random = new Random(seed, `disturbances ${meter}`);
  return new DisturbedLoad(load, randomDisturbances(random, mean, load.phases, end_us));
}

/** Sags, swells and losses of a phase up to `end_us`, `mean` of them on average, in order. */
function randomDisturbances(random: Random, mean: number, phases: number, end_us: number): Disturbance[] {
  const disturbances: Disturbance[] = [];
  const gap_us = (): number => Math.ceil((-Math.log(1 - random.next()) * end_us) / mean);
  for (let from_us = gap_us(); from_us < end_us; from_us += gap_us()) {
    const length_us = 1e6 * SHORTEST_S * (LONGEST_S / SHORTEST_S) ** random.next();
    const kind = random.below(phases > 1 ? 3 : 2);
    const all = (1 << phases) - 1;
    const share = kind === 0 ? random.between(0.3, 0.75) : kind === 1 ? random.between(1.25, 1.4) : 0;
    const until_us = Math.ceil(from_us + (share > 0 ? length_us : length_us * LOSS_FACTOR));
    disturbances.push({ from_us, until_us, phases: share > 0 ? all : 1 << random.below(phases), share });
    from_us = until_us;
  }
  return disturbances;
}
