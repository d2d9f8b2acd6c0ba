import { defaultOptions, type StreetOptions } from "../../host-sim/options";
import { readTopology } from "../../host-sim/radio/topology";
import { Street } from "../../host-sim/street";
import { SHARED } from "../shared";

/** Edge lists that others have measured on. */
export const TOPOLOGIES = `${SHARED}/topologies`;

/** The nodes of an edge list, with the simulator's defaults: hopping, link security and a device's times. */
export function edgesStreet(topology: string, seed: number, changes: Partial<StreetOptions> = {}): Street {
  const meters = readTopology(topology).length - 1;
  return new Street({ ...defaultOptions, meters, seed, topology, days: 1, depth: "model", ...changes });
}
