import type { StreetOptions } from "../../host-sim/options";

/** Options of a small street; a test names what it is about. */
export function streetOptions(changes: Partial<StreetOptions> = {}): StreetOptions {
  return {
    meters: 4,
    collectors: 1,
    days: 1,
    interval_min: 15,
    loads: "synthetic",
    seed: 1,
    depth: "chip",
    faults: { frameLoss: 0, spiNoise: 0, spiCommand: 0, spiAbort: 0 },
    capture: undefined,
    report: undefined,
    json: undefined,
    coapBridge: undefined,
    ...changes,
  };
}
