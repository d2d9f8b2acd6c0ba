import type { StreetOptions } from "../options";
import { readLoads } from "./csv";
import type { Load } from "./load";
import { HouseholdLoad } from "./synthetic";

/** A load that can be named to people. */
export interface NamedLoad extends Load {
  /** "household", "household with PV", or the name of a file's column. */
  readonly kind: string;
}

/**
 * The load of each meter of a street, in the order of the meters.
 * @throws BadInput when the load file cannot be used
 */
export function streetLoads({ loads, meters, days, seed }: StreetOptions): NamedLoad[] {
  if (loads !== "synthetic") return readLoads(loads, meters, days);
  return Array.from({ length: meters }, (_, index) => new HouseholdLoad(seed, index + 1));
}
