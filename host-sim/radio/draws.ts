import type { Random } from "../random";

/** What a draw is for: draws of different kinds have nothing to do with each other. */
export const Draw = Object.freeze({
  place: 1,
  setback: 2,
  enclosure: 3,
  noise: 4,
  sight: 5,
  shadowing: 6,
  asymmetry: 7,
  fading: 8,
  outside: 9,
  reception: 10,
  latency: 11,
});

/**
 * Random figures of a place, a pair or a moment: each is a hash of what it is for, so that nothing is stored and the
 * order in which they are asked for changes none of them.
 */
export class Draws {
  readonly #seed: number;

  constructor(random: Random) {
    this.#seed = random.u32();
  }

  /** In (0, 1). What is given is told apart by its lowest 32 bits. */
  uniform(kind: number, a: number, b = 0, c = 0): number {
    let hash = mixed(mixed(mixed(this.#seed ^ kind, a), b), c);
    // The final mixer of splitmix32.
    hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
    hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32 + 2 ** -33;
  }

  /** Mean 0, standard deviation 1 (Box and Muller). */
  normal(kind: number, a: number, b = 0, c = 0): number {
    return this.rayleigh(kind, a, b, c) * Math.cos(this.angle_rad(kind, a, b, c));
  }

  /** Length of a vector whose two parts are normal, each with standard deviation 1. */
  rayleigh(kind: number, a: number, b = 0, c = 0): number {
    return Math.sqrt(-2 * Math.log(this.uniform(kind, a, b, c)));
  }

  /** Where the vector of {@link rayleigh} points. */
  angle_rad(kind: number, a: number, b = 0, c = 0): number {
    return 2 * Math.PI * this.uniform(~kind, a, b, c);
  }
}

function mixed(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca77);
  return h ^ (h >>> 13);
}
