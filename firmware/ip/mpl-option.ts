import type { Reader, Writer } from "firmware/codec/cursor";
import { isMulticast } from "firmware/ip/address";
import type { Packet } from "firmware/ip/packet";

/*
 * The MPL option (RFC 7731, section 6.1) in a Hop-by-Hop Options header of its own (RFC 8200, section 4.3). The seed is
 * the packet's source, so that the option has no seed-id; decision 11 tells why no other form is taken.
 */

export const NEXT_HEADER_HOP_BY_HOP = 0;
/** The header, the option and what fills it up to 8 bytes. */
export const HOP_BY_HOP_BYTES = 8;
/** {@link Packet.mpl} of a packet without the option. */
export const NO_MPL = -1;
/** Flag M: no later message of the seed is known. */
export const MPL_LATEST = 0x2000;
export const MPL_SEQUENCE_MASK = 0xff;

const OPTION = 0x6d;
const OPTION_DATA_BYTES = 2;
/** S, the form of the seed-id, and V; the reserved bits are ignored. */
const FORM_MASK = 0xd000;
const PAD_1 = 0;
const PAD_N = 1;

/* LOWPAN_NHC of an IPv6 extension header, RFC 6282, section 4.2: 1110 EID(3) NH, where EID 0 is hop-by-hop. */
const HOP_BY_HOP_NHC = 0xe0;
const HOP_BY_HOP_NHC_MASK = 0xfe;

/** Writes the header of a packet that has the option. */
export function writeHopByHop(packet: Packet, bytes: Uint8Array, at: number): void {
  bytes[at] = packet.nextHeader;
  bytes[at + 1] = 0;
  bytes[at + 2] = OPTION;
  bytes[at + 3] = OPTION_DATA_BYTES;
  bytes[at + 4] = packet.mpl >> 8;
  bytes[at + 5] = packet.mpl;
  bytes[at + 6] = PAD_N;
  bytes[at + 7] = 0;
}

/** Reads what `packet.nextHeader` says is next, and becomes what follows it. False: not what is used here. */
export function readHopByHop(reader: Reader, packet: Packet): boolean {
  packet.nextHeader = reader.u8();
  return readOptions(reader, 8 * reader.u8() + HOP_BY_HOP_BYTES - 2, packet);
}

/** Writes the header as a LOWPAN_NHC, padding left out; `nextCompressed` says that another one follows. */
export function writeHopByHopNhc(packet: Packet, nextCompressed: boolean, writer: Writer): void {
  writer.u8(HOP_BY_HOP_NHC | (nextCompressed ? 1 : 0));
  if (!nextCompressed) writer.u8(packet.nextHeader);
  writer.u8(2 + OPTION_DATA_BYTES);
  writer.u8(OPTION);
  writer.u8(OPTION_DATA_BYTES);
  writer.u16(packet.mpl);
}

export function isHopByHopNhc(reader: Reader): boolean {
  return reader.remaining > 0 && (reader.bytes[reader.at] & HOP_BY_HOP_NHC_MASK) === HOP_BY_HOP_NHC;
}

/** Reads a LOWPAN_NHC that {@link isHopByHopNhc}; `packet.nextHeader` stays -1 where another one follows. */
export function readHopByHopNhc(reader: Reader, packet: Packet): boolean {
  if ((reader.u8() & 1) === 0) packet.nextHeader = reader.u8();
  return readOptions(reader, reader.u8(), packet);
}

/** Answers whether the `length` bytes of options are that of MPL, in a form that is used here, and padding. */
function readOptions(reader: Reader, length: number, packet: Packet): boolean {
  const end = reader.at + length;
  while (reader.ok && reader.at < end) {
    const type = reader.u8();
    if (type === PAD_1) continue;
    const dataLength = reader.u8();
    if (type === PAD_N) {
      reader.take(dataLength);
    } else {
      if (type !== OPTION || dataLength !== OPTION_DATA_BYTES || packet.mpl !== NO_MPL) return false;
      packet.mpl = reader.u16();
      if ((packet.mpl & FORM_MASK) !== 0) return false;
    }
  }
  return reader.at === end && packet.mpl !== NO_MPL && isMulticast(packet.destination);
}
