import type { Backhaul } from "hal/backhaul";

/** Stands where a collector has no way to the head end: there is never a connection. */
export class NoBackhaul implements Backhaul {
  onReceive: Backhaul["onReceive"] = () => {};

  constructor() {
    trace("backhaul: none\n");
  }

  send(): boolean {
    return false;
  }
}
