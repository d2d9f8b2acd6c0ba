import { Collector } from "firmware/app/collector";
import type { Backhaul } from "hal/backhaul";
import { NETWORK } from "../../test/xs/programs/meter";
import { linkedHal, type Native } from "./meter";

/** Takes every packet. */
const backhaul: Backhaul = { send: () => true, onReceive: () => {} };

/** A collector for `capacity` meters, with nobody at the other end of its backhaul. */
export function startCollector(capacity: number, ...native: Native): (callback: ArrayBuffer) => void {
  const hal = linkedHal(...native);
  // The collector sets a callback: a copy, as the module's own is frozen.
  new Collector({ ...hal, backhaul: { ...backhaul } }, NETWORK, capacity);
  return (callback) => hal.deliver(new Uint8Array(callback));
}
