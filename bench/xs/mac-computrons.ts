import { bundleForXs, engine, XsMachine } from "../../test/xs/machine";

/** Steps of the XS engine for the medium access of a node that hops and seals its frames; AES is left out. */
export interface MacCost {
  /** A frame with 60 bytes of payload for another node. */
  notForUs: number;
  /** One for this node: taken, acknowledged and handed up. */
  received: number;
  /** Making one, sealed and with its FCS. */
  composed: number;
  /** The channel of a slot. */
  hop: number;
}

/** Undefined where the engine is not installed. */
export function macComputrons(): MacCost | undefined {
  if (engine === undefined) return undefined;
  const machine = new XsMachine();
  machine.evaluate(bundleForXs("bench/xs/mac.ts", "program"));
  const cost = (call: string): number => {
    const { bytes } = machine.evaluate(`program.${call}.buffer`);
    return Math.round(new Float64Array(bytes.slice().buffer)[0]);
  };
  const costs = {
    notForUs: cost("receive(3)"),
    received: cost("receive(1)"),
    composed: cost("compose()"),
    hop: cost("hop()"),
  };
  machine.close();
  return costs;
}
