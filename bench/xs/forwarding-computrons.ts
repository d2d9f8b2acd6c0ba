import { bundleForXs, engine, XsMachine } from "../../test/xs/machine";

/**
 * Steps of the XS engine for passing on a packet of 60 bytes, from the frame's arrival to the next node's
 * acknowledgement, by a router that hops and seals its frames; AES is left out.
 */
export interface ForwardingCost {
  up: number;
  /** Behind a source route, in the root's tunnel. */
  down: number;
}

/** Undefined where the engine is not installed. */
export function forwardingComputrons(): ForwardingCost | undefined {
  if (engine === undefined) return undefined;
  const machine = new XsMachine();
  machine.evaluate(bundleForXs("bench/xs/forwarding.ts", "program"));
  machine.evaluate("program.greet()");
  let passedOn = 0;
  const cost = (call: string): number => {
    const { bytes } = machine.evaluate(`program.${call}.buffer`);
    const [computrons, count] = new Float64Array(bytes.slice().buffer);
    if (count !== ++passedOn) throw new Error(`${call}: ${count} packets passed on`);
    return computrons;
  };
  const costs = { up: cost("up()"), down: cost("down()") };
  machine.close();
  return costs;
}
