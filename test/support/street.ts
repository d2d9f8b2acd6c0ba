import { defaultOptions, type StreetOptions } from "../../host-sim/options";

/** Options of a small street; a test names what it is about. */
export function streetOptions(changes: Partial<StreetOptions> = {}): StreetOptions {
  return { ...defaultOptions, meters: 4, days: 1, ...changes };
}
