import { Draw, type Draws } from "./draws";

/** How many times as far apart as lots along it streets are. */
const LOTS_A_STREET_WIDTH = 4.5;
/** Meters hang on houses this far from the middle of their street. */
const SETBACK_m = { low: 8, high: 16 };
/** A house stands within its lot, but not at its edge: shares of the lot's width. */
const WITHIN_LOT = { low: 0.2, high: 0.8 };

/** Where the nodes of a town stand: first its collectors, then its meters, street by street. */
export class Town {
  /** Side of the square that the town fills. */
  readonly side_m: number;
  readonly x_m: Float64Array;
  readonly y_m: Float64Array;
  /** The street on which a node stands, from 0 on. */
  readonly street: Uint16Array;

  /**
   * Streets from west to east with lots on both sides; collectors on poles in the middles of as many squares of equal
   * size, so that one stands in the town's middle.
   * @param density meters a square kilometre
   */
  constructor(
    meters: number,
    density: number,
    readonly collectors: number,
    draws: Draws,
  ) {
    const area_m2 = (meters / density) * 1e6;
    const side_m = Math.sqrt(area_m2);
    // Two lots, one on each side, for each lot's width of street.
    const streetWidth_m = Math.sqrt((2 * LOTS_A_STREET_WIDTH * 1e6) / density);
    const streets = Math.max(1, Math.round(side_m / streetWidth_m));
    const nodes = collectors + meters;
    this.side_m = side_m;
    this.x_m = new Float64Array(nodes);
    this.y_m = new Float64Array(nodes);
    this.street = new Uint16Array(nodes);

    const columns = Math.ceil(Math.sqrt(collectors));
    const rows = Math.ceil(collectors / columns);
    for (let n = 0; n < collectors; n++) {
      const row = Math.floor(n / columns);
      const inRow = Math.min(columns, collectors - row * columns);
      const street = Math.min(streets - 1, Math.floor((streets * (row + 0.5)) / rows));
      this.x_m[n] = (side_m * ((n % columns) + 0.5)) / inRow;
      this.y_m[n] = (side_m * (street + 0.5)) / streets;
      this.street[n] = street;
    }

    for (let street = 0; street < streets; street++) {
      const first = Math.floor((meters * street) / streets);
      const count = Math.floor((meters * (street + 1)) / streets) - first;
      const lot_m = side_m / Math.ceil(count / 2);
      for (let k = 0; k < count; k++) {
        const n = collectors + first + k;
        const within = between(WITHIN_LOT, draws.uniform(Draw.place, n));
        const setback_m = between(SETBACK_m, draws.uniform(Draw.setback, n));
        this.x_m[n] = (Math.floor(k / 2) + within) * lot_m;
        this.y_m[n] = (side_m * (street + 0.5)) / streets + (k % 2 === 0 ? setback_m : -setback_m);
        this.street[n] = street;
      }
    }
  }

  get nodes(): number {
    return this.x_m.length;
  }

  distance_m(a: number, b: number): number {
    const x_m = this.x_m[a] - this.x_m[b];
    const y_m = this.y_m[a] - this.y_m[b];
    return Math.sqrt(x_m * x_m + y_m * y_m);
  }
}

function between({ low, high }: { low: number; high: number }, share: number): number {
  return low + (high - low) * share;
}
