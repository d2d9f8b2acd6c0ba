import { Random } from "./random";
import type { SimulatedMeter } from "./meter";
import type { World } from "./world";

/** From a blink to a day. A whole street's lasts no longer than its collector's battery. */
const SHORTEST_S = 1;
const LONGEST_S = 86_400;
const COLLECTOR_BATTERY_S = 8 * 3600;
/** All are over so long before the end of the run, so that the meters can be read. */
const CALM_S = 3600;

export interface OutageFaults {
  /** How often on average each meter, or the whole street, loses its supply in the run. */
  outages: number;
  blackouts: number;
}

/** Lets the supplies of a street fail at random from time 0 on; durations are spread evenly over their magnitudes. */
export class Outages {
  /** Failures of a meter's supply so far. */
  count = 0;
  readonly #world: World;
  readonly #end_s: number;

  constructor(
    world: World,
    meters: readonly SimulatedMeter[],
    { outages, blackouts }: OutageFaults,
    seed: number,
    end_s: number,
  ) {
    this.#world = world;
    this.#end_s = end_s - CALM_S;
    for (const meter of meters)
      this.#plan([meter], outages, LONGEST_S, new Random(seed, `outages ${meter.number}`));
    this.#plan(meters, blackouts, COLLECTOR_BATTERY_S, new Random(seed, "blackouts"));
  }

  #plan(meters: readonly SimulatedMeter[], mean: number, longest_s: number, random: Random): void {
    if (mean <= 0) return;
    const gap_s = this.#end_s / mean;
    for (let at_s = this.#gap_s(gap_s, random); at_s < this.#end_s; at_s += this.#gap_s(gap_s, random)) {
      const length_s = SHORTEST_S * (longest_s / SHORTEST_S) ** random.next();
      const until_s = Math.min(at_s + length_s, this.#end_s);
      for (const meter of meters) this.#outage(meter, Math.round(at_s * 1e6), Math.round(until_s * 1e6));
      at_s = until_s;
    }
  }

  #gap_s(mean_s: number, random: Random): number {
    return -mean_s * Math.log(1 - random.next());
  }

  /** One that falls into another is a part of it. */
  #outage({ supply }: SimulatedMeter, from_us: number, until_us: number): void {
    this.#world.at(from_us, () => {
      if (supply.failing) return;
      this.count++;
      supply.fail();
      this.#world.at(until_us, () => supply.restore());
    });
  }
}
