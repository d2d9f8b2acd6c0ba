import type { Air } from "./air";
import { Draw, type Draws } from "./draws";
import { fading_dB, lineOfSightLoss_dB, obstructedLoss_dB, shadowing_dB } from "./propagation";
import { receptionRates } from "./reception-rates";
import { noise_dBm, NOISE_FIGURE_dB, reception } from "./reception";
import type { Town } from "./town";
import type { Transmission } from "./transmission";

/** The SX1262's greatest, at the chip. */
const POWER_dBm = 22;
/** Of a small antenna under a meter's cover, on average over directions; sources in docs/medium.md. */
const METER_ANTENNA_dB = -5;
/** A rod of 2 dBi on the pole, less its cable. */
const COLLECTOR_ANTENNA_dB = 0;
/** What the meter's box and the wall behind it take. */
const ENCLOSURE_dB = { low: 6, high: 10 };
const NOISE_FIGURE_SPREAD_dB = 1;
/** Houses, hedges and cars leave a sight of this length along a street, on average. */
const SIGHT_m = 50;
/** Above the noise: in the mean of its fading, a frame of less is hardly ever received. */
const AUDIBLE_dB = 3;

/** The air of a {@link Town}: path loss, shadowing, fading, noise and interference as docs/medium.md has them. */
export class TownAir implements Air {
  readonly #bitRate: number;
  readonly #draws: Draws;
  /** What each node's antenna and box add to a link. */
  readonly #gain_dB: Float64Array;
  readonly #noise_dBm: Float64Array;
  #rates: ((ratio_dB: number) => number) | undefined;
  /** By sender, made when they are asked for first: those who may hear it, and {@link mean_dBm} at all others. */
  readonly #audiences: (Uint16Array | undefined)[];
  readonly #means_dBm: (Float64Array | undefined)[];

  constructor(
    readonly town: Town,
    bitRate: number,
    draws: Draws,
  ) {
    const { nodes, collectors } = town;
    this.#bitRate = bitRate;
    this.#draws = draws;
    this.#audiences = new Array<undefined>(nodes).fill(undefined);
    this.#means_dBm = new Array<undefined>(nodes).fill(undefined);
    this.#gain_dB = Float64Array.from({ length: nodes }, (_, node) => {
      if (node < collectors) return COLLECTOR_ANTENNA_dB;
      const { low, high } = ENCLOSURE_dB;
      return METER_ANTENNA_dB - low - (high - low) * draws.uniform(Draw.enclosure, node);
    });
    this.#noise_dBm = Float64Array.from({ length: nodes }, (_, node) => {
      const figure_dB = NOISE_FIGURE_dB + NOISE_FIGURE_SPREAD_dB * (2 * draws.uniform(Draw.noise, node) - 1);
      return noise_dBm(bitRate, figure_dB);
    });
  }

  audience(from: number): Uint16Array {
    return (this.#audiences[from] ??= this.#findAudience(from));
  }

  /** Strength in the mean over channels and time. */
  mean_dBm(from: number, to: number): number {
    return (this.#means_dBm[from] ??= this.#findMeans(from))[to];
  }

  #findMeans(from: number): Float64Array {
    const means_dBm = new Float64Array(this.town.nodes);
    for (let to = 0; to < means_dBm.length; to++) means_dBm[to] = this.#findMean(from, to);
    return means_dBm;
  }

  #findMean(from: number, to: number): number {
    const { town } = this;
    const distance_m = town.distance_m(from, to);
    const loss_dB = this.#inSight(from, to, distance_m)
      ? lineOfSightLoss_dB(distance_m)
      : obstructedLoss_dB(distance_m) + shadowing_dB(this.#draws, from, to);
    return POWER_dBm + this.#gain_dB[from] + this.#gain_dB[to] - loss_dB;
  }

  /** {@link mean_dBm} over the receiver's noise. */
  meanRatio_dB(from: number, to: number): number {
    return this.mean_dBm(from, to) - this.#noise_dBm[to];
  }

  strength_dBm(from: number, to: number, channel: number, at_us: number): number {
    return this.mean_dBm(from, to) + fading_dB(this.#draws, from, to, channel, at_us);
  }

  rate(from: number, to: number): number {
    this.#rates ??= receptionRates();
    return this.#rates(this.meanRatio_dB(from, to));
  }

  reception(
    frame: Transmission,
    to: number,
    strength_dBm: number,
    listening_us: number,
    least: number,
  ): number {
    return reception(this, this.#bitRate, frame, to, strength_dBm, listening_us, least, this.#noise_dBm[to]);
  }

  #inSight(a: number, b: number, distance_m: number): boolean {
    if (this.town.street[a] !== this.town.street[b]) return false;
    return this.#draws.uniform(Draw.sight, Math.min(a, b), Math.max(a, b)) < Math.exp(-distance_m / SIGHT_m);
  }

  #findAudience(from: number): Uint16Array {
    const audience: number[] = [];
    for (let to = 0; to < this.town.nodes; to++) {
      if (to !== from && this.meanRatio_dB(from, to) >= AUDIBLE_dB) audience.push(to);
    }
    return Uint16Array.from(audience);
  }
}
