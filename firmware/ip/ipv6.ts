import type { Reader } from "firmware/codec/cursor";
import { ADDRESS_BYTES } from "firmware/ip/address";
import type { Packet } from "firmware/ip/packet";

const VERSION = 6;

/** Writes the header of `packet` at `at` (RFC 8200, section 3): 40 bytes, for which there must be room. */
export function writeHeader(packet: Packet, bytes: Uint8Array, at: number): void {
  bytes[at] = (VERSION << 4) | (packet.trafficClass >> 4);
  bytes[at + 1] = (packet.trafficClass << 4) | (packet.flowLabel >> 16);
  bytes[at + 2] = packet.flowLabel >> 8;
  bytes[at + 3] = packet.flowLabel;
  bytes[at + 4] = packet.payloadLength >> 8;
  bytes[at + 5] = packet.payloadLength;
  bytes[at + 6] = packet.nextHeader;
  bytes[at + 7] = packet.hopLimit;
  bytes.set(packet.source, at + 8);
  bytes.set(packet.destination, at + 24);
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
  return length === reader.remaining && readPayload(reader, packet);
}

/** Reads the payload, all that is left. Answers false where it is longer than a {@link Packet}'s. */
export function readPayload(reader: Reader, packet: Packet): boolean {
  const length = reader.remaining;
  if (length > packet.payload.length) return false;
  reader.copy(packet.payload, 0, length);
  packet.payloadLength = length;
  return true;
}
