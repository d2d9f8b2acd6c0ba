import { NONE } from "firmware/mesh/rpl/parents";
import { ETX_UNIT } from "firmware/mesh/rpl/mrhof";
import { keyOf } from "../head-end/address";
import type { SimulatedMeter } from "./meter";
import { collectorIdentity, meterIdentity } from "./node";
import { TownAir } from "./radio/town-air";
import type { MeshDetail, MeshNode } from "./result";
import { BOOT_US, type Street } from "./street";

/** The mesh as it is at the end of a run. */
export function meshDetail(street: Street): MeshDetail {
  const { collectors, medium, meters, options } = street;
  const nodes = new Map<string, number>();
  for (const { number } of collectors) nodes.set(keyOf(collectorIdentity(number).eui64), nodes.size);
  for (const { number } of meters) nodes.set(keyOf(meterIdentity(number).eui64), nodes.size);
  const { air } = medium;
  const town = air instanceof TownAir ? air.town : undefined;
  const elapsed_us = street.world.now_us - BOOT_US;
  const duty = (node: number): number => medium.radios[node].airtime.total_us / elapsed_us;
  const place = (node: number): Pick<MeshNode, "x_m" | "y_m"> =>
    town === undefined ? {} : { x_m: town.x_m[node], y_m: town.y_m[node] };
  return {
    collectors: options.collectors,
    side_m: town?.side_m,
    nodes: [
      ...collectors.map((_, node) => ({
        ...place(node),
        parent: undefined,
        hops: 0,
        etx: 0,
        duty: duty(node),
      })),
      ...meters.map((meter, index) => {
        const node = collectors.length + index;
        return { ...place(node), ...linkUp(meter, nodes), hops: street.hops(meter), duty: duty(node) };
      }),
    ],
  };
}

/** The parent of a meter and what the link to it is like, by its own account. */
function linkUp(
  { meter, powered }: SimulatedMeter,
  nodes: Map<string, number>,
): Pick<MeshNode, "parent" | "etx"> {
  const { parents, preferred } = meter.join.preference;
  const eui64 = new Uint8Array(8);
  if (!powered || preferred === NONE) return { parent: undefined, etx: 0 };
  parents.writeEui64(preferred, eui64);
  return { parent: nodes.get(keyOf(eui64)), etx: parents.etx[preferred] / ETX_UNIT };
}
