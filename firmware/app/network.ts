import { Contexts } from "firmware/ip/contexts";

const PREFIX_BITS = 64;
const ADDRESS_BITS = 128;

/** A key of a PAN, IEEE 802.15.4-2015, 9.5. */
export interface LinkKey {
  /** 1 to 255; an odd one follows an even one, and the other way round. */
  readonly index: number;
  /** 16 bytes. */
  readonly key: Uint8Array;
}

/** What all nodes of a utility's network share. */
export interface Network {
  /** PAN id (IEEE 802.15.4) of the collector's neighbourhood. */
  readonly panId: number;
  /** Channel of the radio, unless it hops: 0 to 128, 902.2 MHz and 200 kHz steps. */
  readonly channel: number;
  /** Greatest time that its nodes take from a frame's end to its acknowledgement; that of a board where absent. */
  readonly turnaround_ms?: number | undefined;
  /** Whether nodes hop over all channels. */
  readonly hopping?: boolean;
  /** Of link security, where there is any: the first seals, and one of the generation before may still be in use. */
  readonly linkKeys?: readonly LinkKey[];
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
