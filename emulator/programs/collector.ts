import { Collector } from "firmware/app/collector";
import { partitionsOf } from "firmware/storage/partition";
import { NETWORK } from "../../test/xs/programs/meter";
import { linkedHal, type Native } from "./meter";

/** A collector for `capacity` meters; its backhaul takes every packet, and nobody is at the other end. */
export function startCollector(capacity: number, ...native: Native): (callback: ArrayBuffer) => void {
  const hal = linkedHal(...native);
  const backhaul = { send: () => true, onReceive: () => {} };
  new Collector({ ...hal, keys: partitionsOf(hal.flash).keys, backhaul }, NETWORK, capacity);
  return (callback) => hal.deliver(new Uint8Array(callback));
}
