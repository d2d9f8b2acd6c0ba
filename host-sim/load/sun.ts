import { Random } from "../random";

const LATITUDE = (38 * Math.PI) / 180;
/** Greatest declination of the sun, and the day of the year on which it stands lowest. */
const OBLIQUITY = (23.44 * Math.PI) / 180;
const SOLSTICE_DAY = -10;

/** The share of its peak that a flat panel gives under a clear sky: 0 at night, at most 1. */
export function clearSky(dayOfYear: number, hour: number): number {
  const declination = -OBLIQUITY * Math.cos((2 * Math.PI * (dayOfYear - SOLSTICE_DAY)) / 365);
  const hourAngle = ((hour - 12) * Math.PI) / 12;
  const sinElevation =
    Math.sin(LATITUDE) * Math.sin(declination) +
    Math.cos(LATITUDE) * Math.cos(declination) * Math.cos(hourAngle);
  // A longer way through the air takes more of the light when the sun is low.
  return sinElevation <= 0 ? 0 : sinElevation ** 1.2;
}

/** The days of one street are clear, mixed or overcast for all of its roofs alike; the clouds are each roof's own. */
export class Sky {
  readonly #days: Random;
  readonly #clouds: Random;
  #clear = 1;
  #covered = 1;
  #shade = 1;
  #target = 1;

  constructor(seed: number, roof: number) {
    this.#days = new Random(seed, "weather");
    this.#clouds = new Random(seed, `clouds ${roof}`);
  }

  nextDay(): void {
    const kind = this.#days.next();
    const depth = this.#days.next();
    this.#clear = kind < 0.8 ? 0.97 : 0.25 + 0.2 * depth;
    this.#covered = kind < 0.45 ? 0.93 : kind < 0.8 ? 0.2 + 0.4 * depth : 0.08 + 0.15 * depth;
  }

  /** The share of the clear sky's light that comes through; asked once a minute. */
  nextMinute(): number {
    if (this.#clouds.chance(1 / 9)) this.#target = this.#clouds.between(this.#covered, this.#clear);
    this.#shade += (this.#target - this.#shade) * 0.45;
    return this.#shade;
  }
}
