import { TransportFault, transportChecksum } from "firmware/ip/checksum";
import type { Packet } from "firmware/ip/packet";

/** Protocol number of UDP. */
export const NEXT_HEADER_UDP = 17;
export const UDP_HEADER_BYTES = 8;
const LENGTH_AT = 4;
const CHECKSUM_AT = 6;

/**
 * Makes `packet`, whose addresses are set, carry a datagram (RFC 768) with the first `length` bytes of `data`.
 * @returns false, with the packet untouched, where it is too long
 */
export function writeDatagram(
  packet: Packet,
  sourcePort: number,
  destinationPort: number,
  data: Uint8Array,
  length: number,
): boolean {
  const total = UDP_HEADER_BYTES + length;
  if (total > packet.payload.length) return false;
  const payload = packet.payload;
  packet.nextHeader = NEXT_HEADER_UDP;
  packet.payloadLength = total;
  writeU16(payload, 0, sourcePort);
  writeU16(payload, 2, destinationPort);
  writeU16(payload, LENGTH_AT, total);
  for (let i = 0; i < length; i++) payload[UDP_HEADER_BYTES + i] = data[i]!;
  writeDatagramChecksum(packet);
  return true;
}

/** Computes and writes the checksum, where 0 stands for none and goes as all ones (RFC 8200, section 8.1). */
export function writeDatagramChecksum(packet: Packet): void {
  writeU16(packet.payload, CHECKSUM_AT, 0);
  const sum = transportChecksum(packet, datagramLength(packet));
  writeU16(packet.payload, CHECKSUM_AT, sum === 0 ? 0xffff : sum);
}

/** Checks length and checksum, which IPv6 requires. Answers a {@link TransportFault}. */
export function checkDatagram(packet: Packet): number {
  if (packet.payloadLength < UDP_HEADER_BYTES) return TransportFault.length;
  const length = datagramLength(packet);
  if (length < UDP_HEADER_BYTES || length > packet.payloadLength) return TransportFault.length;
  if (readU16(packet.payload, CHECKSUM_AT) === 0) return TransportFault.checksum;
  return transportChecksum(packet, length) === 0 ? TransportFault.none : TransportFault.checksum;
}

export function sourcePort(packet: Packet): number {
  return readU16(packet.payload, 0);
}

export function destinationPort(packet: Packet): number {
  return readU16(packet.payload, 2);
}

/** Bytes of the datagram with its header. What follows it in the packet is no part of it. */
export function datagramLength(packet: Packet): number {
  return readU16(packet.payload, LENGTH_AT);
}

function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}
