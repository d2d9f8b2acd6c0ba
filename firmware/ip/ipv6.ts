import type { Reader } from "firmware/codec/cursor";
import { ADDRESS_BYTES } from "firmware/ip/address";
import {
  HOP_BY_HOP_BYTES,
  NEXT_HEADER_HOP_BY_HOP,
  NO_MPL,
  readHopByHop,
  writeHopByHop,
} from "firmware/ip/mpl-option";
import { IPV6_HEADER_BYTES, type Packet } from "firmware/ip/packet";

const VERSION = 6;

/** Bytes of a packet up to its payload. */
export function headerBytes(packet: Packet): number {
  return packet.mpl === NO_MPL ? IPV6_HEADER_BYTES : IPV6_HEADER_BYTES + HOP_BY_HOP_BYTES;
}

/** Writes the {@link headerBytes} of `packet` at `at` (RFC 8200, section 3), for which there must be room. */
export function writeHeader(packet: Packet, bytes: Uint8Array, at: number): void {
  const hasOption = packet.mpl !== NO_MPL;
  const length = packet.payloadLength + (hasOption ? HOP_BY_HOP_BYTES : 0);
  bytes[at] = (VERSION << 4) | (packet.trafficClass >> 4);
  bytes[at + 1] = (packet.trafficClass << 4) | (packet.flowLabel >> 16);
  bytes[at + 2] = packet.flowLabel >> 8;
  bytes[at + 3] = packet.flowLabel;
  bytes[at + 4] = length >> 8;
  bytes[at + 5] = length;
  bytes[at + 6] = hasOption ? NEXT_HEADER_HOP_BY_HOP : packet.nextHeader;
  bytes[at + 7] = packet.hopLimit;
  bytes.set(packet.source, at + 8);
  bytes.set(packet.destination, at + 24);
  if (hasOption) writeHopByHop(packet, bytes, at + IPV6_HEADER_BYTES);
}

/**
 * Reads a packet that fills the reader to its end.
 * @param packet of no meaning where the answer is false
 * @returns false where it is not IPv6, not as long as it says, or longer than a {@link Packet}
 */
export function readPacket(reader: Reader, packet: Packet): boolean {
  const first = reader.u32();
  const length = reader.u16();
  packet.trafficClass = (first >>> 20) & 0xff;
  packet.flowLabel = first & 0xfffff;
  packet.nextHeader = reader.u8();
  packet.hopLimit = reader.u8();
  reader.copy(packet.source, 0, ADDRESS_BYTES);
  reader.copy(packet.destination, 0, ADDRESS_BYTES);
  if (!reader.ok || first >>> 28 !== VERSION) return false;
  if (length !== reader.remaining) return false;
  packet.mpl = NO_MPL;
  if (packet.nextHeader === NEXT_HEADER_HOP_BY_HOP && !readHopByHop(reader, packet)) return false;
  return readPayload(reader, packet);
}

/** Reads the payload, all that is left. Answers false where it is longer than a {@link Packet}'s. */
export function readPayload(reader: Reader, packet: Packet): boolean {
  const length = reader.remaining;
  if (length > packet.payload.length) return false;
  reader.copy(packet.payload, 0, length);
  packet.payloadLength = length;
  return true;
}
