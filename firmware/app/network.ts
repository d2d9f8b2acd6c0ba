import { Contexts } from "firmware/ip/contexts";
import type { Pan } from "firmware/mesh/mac/pan";

const PREFIX_BITS = 64;
const ADDRESS_BITS = 128;

/** A utility's network, as a node of it has to know it. */
export interface Network {
  /** The PAN of a collector; those that a meter may join, in the order in which it tries them. */
  readonly pans: readonly Pan[];
  /** Channel of the radio, unless it hops: 0 to 128, 902.2 MHz and 200 kHz steps. */
  readonly channel: number;
  /** Greatest time that its nodes take from a frame's end to its acknowledgement; that of a board where absent. */
  readonly turnaround_ms?: number | undefined;
  /** Whether nodes hop over all channels. */
  readonly hopping?: boolean;
  /** The utility's /64, of which meters make their addresses: 16 bytes. */
  readonly prefix: Uint8Array;
  /** Address of the head end: 16 bytes. */
  readonly headEnd: Uint8Array;
}

/** The contexts of header compression (RFC 6282): 0 is the utility's prefix, 1 the head end. */
export function networkContexts(network: Network): Contexts {
  const contexts = new Contexts();
  contexts.set(0, network.prefix, PREFIX_BITS);
  contexts.set(1, network.headEnd, ADDRESS_BITS);
  return contexts;
}
