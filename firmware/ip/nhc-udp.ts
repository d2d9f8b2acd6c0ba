import type { Reader, Writer } from "firmware/codec/cursor";
import { LowpanCause } from "firmware/ip/lowpan-cause";
import type { Packet } from "firmware/ip/packet";
import {
  datagramLength,
  destinationPort,
  NEXT_HEADER_UDP,
  sourcePort,
  UDP_HEADER_BYTES,
  writeDatagramChecksum,
} from "firmware/ip/udp";

/* LOWPAN_NHC for UDP, RFC 6282, section 4.3.3: 11110 C P(2). */
const UDP_NHC = 0xf0;
const UDP_NHC_MASK = 0xf8;
const CHECKSUM_ELIDED = 0x04;
/** Of an IPv6 extension header: 1110 EID(3) NH. */
const EXTENSION_NHC = 0xe0;
const EXTENSION_NHC_MASK = 0xf0;

/** Ports 0xF0B0 to 0xF0BF go in 4 bits, 0xF000 to 0xF0FF in 8. */
const PORTS_4_BITS = 0xf0b0;
const PORTS_8_BITS = 0xf000;
const CHECKSUM_AT = 6;

/** Whether the payload is a datagram whose length can be told from the packet's. */
export function isCompressibleUdp(packet: Packet): boolean {
  return (
    packet.nextHeader === NEXT_HEADER_UDP &&
    packet.payloadLength >= UDP_HEADER_BYTES &&
    datagramLength(packet) === packet.payloadLength
  );
}

/** Writes header and data. The checksum stays: it is what guards the datagram from end to end. */
export function writeUdpNhc(packet: Packet, writer: Writer): void {
  const from = sourcePort(packet);
  const to = destinationPort(packet);
  if ((from & 0xfff0) === PORTS_4_BITS && (to & 0xfff0) === PORTS_4_BITS) {
    writer.u8(UDP_NHC | 3);
    writer.u8(((from & 15) << 4) | (to & 15));
  } else if ((to & 0xff00) === PORTS_8_BITS) {
    writer.u8(UDP_NHC | 1);
    writer.u16(from);
    writer.u8(to & 0xff);
  } else if ((from & 0xff00) === PORTS_8_BITS) {
    writer.u8(UDP_NHC | 2);
    writer.u8(from & 0xff);
    writer.u16(to);
  } else {
    writer.u8(UDP_NHC);
    writer.u16(from);
    writer.u16(to);
  }
  writer.copy(packet.payload, CHECKSUM_AT, packet.payloadLength - CHECKSUM_AT);
}

/** Reads what follows an IPv6 header that says its next header is compressed. Answers a {@link LowpanCause}. */
export function readNhc(reader: Reader, packet: Packet): number {
  const first = reader.u8();
  if (!reader.ok) return LowpanCause.truncated;
  if ((first & UDP_NHC_MASK) !== UDP_NHC) {
    const extension = (first & EXTENSION_NHC_MASK) === EXTENSION_NHC;
    return extension ? LowpanCause.extensionHeader : LowpanCause.reserved;
  }
  const ports = first & 3;
  let from = 0;
  let to = 0;
  if (ports === 3) {
    const both = reader.u8();
    from = PORTS_4_BITS | (both >> 4);
    to = PORTS_4_BITS | (both & 15);
  } else {
    from = ports === 2 ? PORTS_8_BITS | reader.u8() : reader.u16();
    to = ports === 1 ? PORTS_8_BITS | reader.u8() : reader.u16();
  }
  const elided = (first & CHECKSUM_ELIDED) !== 0;
  const checksum = elided ? 0 : reader.u16();
  if (!reader.ok) return LowpanCause.truncated;
  const length = UDP_HEADER_BYTES + reader.remaining;
  if (length > packet.payload.length) return LowpanCause.length;

  const payload = packet.payload;
  payload[0] = from >> 8;
  payload[1] = from;
  payload[2] = to >> 8;
  payload[3] = to;
  payload[4] = length >> 8;
  payload[5] = length;
  payload[6] = checksum >> 8;
  payload[7] = checksum;
  reader.copy(payload, UDP_HEADER_BYTES, length - UDP_HEADER_BYTES);
  packet.nextHeader = NEXT_HEADER_UDP;
  packet.payloadLength = length;
  if (elided) writeDatagramChecksum(packet);
  return LowpanCause.ok;
}
