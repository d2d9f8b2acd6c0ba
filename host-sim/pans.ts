import type { Pan } from "firmware/mesh/mac/pan";
import type { Air } from "./radio/air";
import { TownAir } from "./radio/town-air";

const FIRST_ID = 0x574d;
const FIRST_KEY = Uint8Array.from(Buffer.from("576174744d657368206c696e6b206b65", "hex"));

/** The PANs of a street, one a collector, each with a key of its own where it is `sealed`. */
export function streetPans(collectors: number, sealed: boolean): Pan[] {
  return Array.from({ length: collectors }, (_, n) => {
    const key = FIRST_KEY.slice();
    key[14] ^= n >> 8;
    key[15] ^= n;
    return { id: FIRST_ID + n, keys: sealed ? [{ index: 1, key }] : [] };
  });
}

/**
 * The PANs that a meter may join, in the order in which it tries them, as an installer would have it: in a town from the
 * nearest collector on, and where all are in range so that the collectors share the meters.
 * @param index of the meter, from 0 on
 */
export function meterPans(pans: readonly Pan[], index: number, air: Air): readonly Pan[] {
  if (!(air instanceof TownAir)) {
    const first = index % pans.length;
    return [...pans.slice(first), ...pans.slice(0, first)];
  }
  const { town } = air;
  const station = pans.length + index;
  return pans
    .map((pan, collector) => ({ pan, distance_m: town.distance_m(collector, station) }))
    .sort((a, b) => a.distance_m - b.distance_m)
    .map(({ pan }) => pan);
}
