/** RFC 8200, section 5: what every link must carry; larger packets are not built here. */
export const MTU = 1280;
export const IPV6_HEADER_BYTES = 40;
export const MAX_PAYLOAD = MTU - IPV6_HEADER_BYTES;

/** One IPv6 packet with its header taken apart. Made once and reused. */
export class Packet {
  readonly source = new Uint8Array(16);
  readonly destination = new Uint8Array(16);
  /** Traffic class and flow label as in the header: 8 and 20 bits. */
  trafficClass = 0;
  flowLabel = 0;
  nextHeader = 0;
  hopLimit = 64;
  /** Data of the MPL option (RFC 7731, section 6.1): flags, then the sequence number in the low byte; -1 without one. */
  mpl = -1;
  /** All after the IPv6 header and the MPL option; only the first {@link payloadLength} bytes count. */
  readonly payload: Uint8Array;
  payloadLength = 0;

  /** @param payloadBytes the longest payload that it takes */
  constructor(payloadBytes: number = MAX_PAYLOAD) {
    this.payload = new Uint8Array(payloadBytes);
  }
}

/** Carries whole IPv6 packets to the next node: the mesh on a meter, mesh and backhaul on a collector. */
export interface Link {
  /** Takes a copy before it returns. False: not accepted (queue full, too large, nobody to send it to). */
  send(packet: Packet): boolean;
}
