import { defaultOptions, type StreetOptions } from "../../host-sim/options";
import { readTopology } from "../../host-sim/radio/topology";
import { Street } from "../../host-sim/street";

/** Where edge lists lie that others have measured on; no part of this repository. */
export const TOPOLOGIES = `${process.env["WATTMESH_SHARED"] ?? "../shared"}/topologies`;

/** The nodes of an edge list, with the simulator's defaults: hopping, link security and a device's times. */
export function edgesStreet(topology: string, seed: number, changes: Partial<StreetOptions> = {}): Street {
  const meters = readTopology(topology).length - 1;
  return new Street({ ...defaultOptions, meters, seed, topology, days: 1, depth: "model", ...changes });
}
