import { ADDRESS_BYTES } from "firmware/ip/address";
import type { Packet } from "firmware/ip/packet";

/** What a check of a UDP datagram or an ICMPv6 message found. */
export const TransportFault = Object.freeze({ none: 0, length: 1, checksum: 2 });

/**
 * Ones' complement sum of 16-bit words (RFC 1071), an odd last byte padded with a zero.
 * @param sum what was summed before
 * @returns 16 bits, not yet inverted
 */
export function onesComplementSum(bytes: Uint8Array, start: number, end: number, sum: number): number {
  let at = start;
  for (; at + 1 < end; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  if (at < end) sum += bytes[at] << 8;
  sum = (sum & 0xffff) + (sum >>> 16);
  return (sum & 0xffff) + (sum >>> 16);
}

/**
 * Checksum of the first `length` bytes of the payload with the pseudo-header of RFC 8200, section 8.1. With the
 * checksum field at 0 the answer is what belongs there; over a message that carries a right one the answer is 0.
 */
export function transportChecksum(packet: Packet, length: number): number {
  let sum = onesComplementSum(packet.source, 0, ADDRESS_BYTES, length + packet.nextHeader);
  sum = onesComplementSum(packet.destination, 0, ADDRESS_BYTES, sum);
  return ~onesComplementSum(packet.payload, 0, length, sum) & 0xffff;
}
