import { isMulticast, isUnspecified } from "firmware/ip/address";
import { TransportFault, transportChecksum } from "firmware/ip/checksum";
import { writeHeader } from "firmware/ip/ipv6";
import { IPV6_HEADER_BYTES, type Packet } from "firmware/ip/packet";

/** Protocol number of ICMPv6. */
export const NEXT_HEADER_ICMPV6 = 58;

/** Message types (RFC 4443, section 2.1; RFC 6550, section 6). */
export const Icmpv6Type = Object.freeze({
  destinationUnreachable: 1,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  rpl: 155,
});

/** Codes of destination unreachable (RFC 4443, section 3.1; RFC 6550, section 20.18). */
export const Unreachable = Object.freeze({ noRoute: 0, beyondScope: 2, port: 4, sourceRoute: 7 });
/** Time exceeded: hop limit (section 3.3). */
export const HOP_LIMIT_EXCEEDED = 0;
/** Parameter problem: unrecognized next header (section 3.4), and where in the header it stands. */
export const UNRECOGNIZED_NEXT_HEADER = 1;
export const NEXT_HEADER_POINTER = 6;

/** Type, code and checksum. */
const HEADER_BYTES = 4;
const CHECKSUM_AT = 2;
/** Of an echo up to its data: identifier and sequence number besides (section 4.1). */
export const ECHO_HEADER_BYTES = 8;
/** Of an error up to the packet that it is about. */
const ERROR_HEADER_BYTES = 8;
/** In an error, where the destination of the packet that it is about stands. */
export const QUOTED_DESTINATION_AT = ERROR_HEADER_BYTES + 24;
/**
 * How much of the packet that it is about an error quotes. RFC 4443 would have as much as fits 1280 bytes; it must
 * fit a frame here, and this holds the ports and the CoAP header of a datagram.
 */
const QUOTED_BYTES = 96;
/** Types below this are errors. */
const FIRST_INFORMATIONAL = 128;
/** Redirect: no error is sent about it (section 2.4, e.2). */
const REDIRECT = 137;

/** Makes `packet`, whose addresses are set, an echo request with `bytes` bytes of data. False: too long. */
export function writeEchoRequest(
  packet: Packet,
  identifier: number,
  sequence: number,
  bytes: number,
): boolean {
  if (ECHO_HEADER_BYTES + bytes > packet.payload.length) return false;
  writeMessageHeader(packet, Icmpv6Type.echoRequest, 0, (identifier << 16) | sequence);
  packet.payloadLength = ECHO_HEADER_BYTES + bytes;
  for (let i = 0; i < bytes; i++) packet.payload[ECHO_HEADER_BYTES + i] = i;
  writeMessageChecksum(packet);
  return true;
}

/** Makes `packet`, whose addresses are set, the reply to `request`. */
export function writeEchoReply(packet: Packet, request: Packet): void {
  packet.nextHeader = NEXT_HEADER_ICMPV6;
  packet.payloadLength = request.payloadLength;
  for (let i = 0; i < request.payloadLength; i++) packet.payload[i] = request.payload[i]!;
  packet.payload[0] = Icmpv6Type.echoReply;
  writeMessageChecksum(packet);
}

/** Makes `packet`, whose addresses are set, an error about `about`; `parameter` is the third word. */
export function writeError(
  packet: Packet,
  type: number,
  code: number,
  parameter: number,
  about: Packet,
): void {
  const payload = packet.payload;
  writeMessageHeader(packet, type, code, parameter);
  writeHeader(about, payload, ERROR_HEADER_BYTES);
  const at = ERROR_HEADER_BYTES + IPV6_HEADER_BYTES;
  const quoted = Math.min(about.payloadLength, QUOTED_BYTES - IPV6_HEADER_BYTES);
  for (let i = 0; i < quoted; i++) payload[at + i] = about.payload[i]!;
  packet.payloadLength = at + quoted;
  writeMessageChecksum(packet);
}

/** Whether an error may be sent about `about` (RFC 4443, section 2.4, e). */
export function mayCauseError(about: Packet): boolean {
  if (isMulticast(about.destination) || isMulticast(about.source) || isUnspecified(about.source))
    return false;
  if (about.nextHeader !== NEXT_HEADER_ICMPV6 || about.payloadLength === 0) return true;
  const type = about.payload[0];
  return type >= FIRST_INFORMATIONAL && type !== REDIRECT;
}

/** Checks length and checksum of a message. Answers a {@link TransportFault}. */
export function checkMessage(packet: Packet): number {
  const length = packet.payloadLength;
  if (length < HEADER_BYTES) return TransportFault.length;
  const type = packet.payload[0];
  const echo = type === Icmpv6Type.echoRequest || type === Icmpv6Type.echoReply;
  if (length < ECHO_HEADER_BYTES && (echo || type < FIRST_INFORMATIONAL)) return TransportFault.length;
  return transportChecksum(packet, length) === 0 ? TransportFault.none : TransportFault.checksum;
}

export function isError(packet: Packet): boolean {
  return packet.payload[0] < FIRST_INFORMATIONAL;
}

/** The second word of a message: of an echo its identifier and sequence number, unsigned. */
export function messageWord(packet: Packet): number {
  return wordAt(packet.payload, 4);
}

/** Identifier and sequence number, unsigned, of the echo request that an error is about; -1 where it is about no echo. */
export function quotedEcho(packet: Packet): number {
  const { payload } = packet;
  const at = ERROR_HEADER_BYTES + IPV6_HEADER_BYTES;
  if (packet.payloadLength < at + ECHO_HEADER_BYTES) return -1;
  if (payload[ERROR_HEADER_BYTES + NEXT_HEADER_POINTER] !== NEXT_HEADER_ICMPV6) return -1;
  return payload[at] === Icmpv6Type.echoRequest ? wordAt(payload, at + 4) : -1;
}

/** Computes and writes the checksum of a message that is otherwise complete. */
export function writeMessageChecksum(packet: Packet): void {
  const payload = packet.payload;
  payload[CHECKSUM_AT] = 0;
  payload[CHECKSUM_AT + 1] = 0;
  const sum = transportChecksum(packet, packet.payloadLength);
  payload[CHECKSUM_AT] = sum >> 8;
  payload[CHECKSUM_AT + 1] = sum;
}

function wordAt(payload: Uint8Array, at: number): number {
  return ((payload[at] << 24) | (payload[at + 1] << 16) | (payload[at + 2] << 8) | payload[at + 3]) >>> 0;
}

function writeMessageHeader(packet: Packet, type: number, code: number, word: number): void {
  const payload = packet.payload;
  packet.nextHeader = NEXT_HEADER_ICMPV6;
  payload[0] = type;
  payload[1] = code;
  payload[4] = word >>> 24;
  payload[5] = word >>> 16;
  payload[6] = word >>> 8;
  payload[7] = word;
}
