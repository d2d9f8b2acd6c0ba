import type { Reader, Writer } from "firmware/codec/cursor";
import type { Contexts } from "firmware/ip/contexts";
import { IPHC_DISPATCH, readIphc, writeIphc } from "firmware/ip/iphc";
import { readPacket, readPayload } from "firmware/ip/ipv6";
import { LowpanCause } from "firmware/ip/lowpan-cause";
import { isHopByHopNhc, NO_MPL, readHopByHopNhc, writeHopByHopNhc } from "firmware/ip/mpl-option";
import { isCompressibleUdp, readNhc, writeUdpNhc } from "firmware/ip/nhc-udp";
import type { Packet } from "firmware/ip/packet";

/*
 * IPv6 in a frame of IEEE 802.15.4: header compression of RFC 6282 without fragmentation, since CoAP's blockwise
 * transfer keeps every datagram within a frame.
 */

/** Dispatch values: RFC 4944, section 5.1, as RFC 6282, section 2, changed them. */
const IPHC_MASK = 0xe0;
const IPV6_DISPATCH = 0x41;
/** The first fragment, 11000, and those after, 11100. */
const FRAGMENT_MASK = 0xd8;
const FRAGMENT_DISPATCH = 0xc0;

/**
 * Writes `packet` in its shortest form at the writer's place.
 * @param linkSource EUI-64 of the frame's sender
 * @param linkDestination EUI-64 of its receiver, undefined for a frame to all
 * @returns false where it does not fit the writer; what was written then is of no use
 */
export function compress(
  packet: Packet,
  linkSource: Uint8Array,
  linkDestination: Uint8Array | undefined,
  contexts: Contexts,
  writer: Writer,
): boolean {
  const udp = isCompressibleUdp(packet);
  const hasOption = packet.mpl !== NO_MPL;
  writeIphc(packet, udp || hasOption, linkSource, linkDestination, contexts, writer);
  if (hasOption) writeHopByHopNhc(packet, udp, writer);
  if (udp) writeUdpNhc(packet, writer);
  else writer.copy(packet.payload, 0, packet.payloadLength);
  return writer.ok;
}

/**
 * Reads the packet that fills the reader from its place to its end; addresses as for {@link compress}.
 * @param packet of no meaning where the answer is not ok
 * @returns a {@link LowpanCause}
 */
export function decompress(
  reader: Reader,
  linkSource: Uint8Array,
  linkDestination: Uint8Array | undefined,
  contexts: Contexts,
  packet: Packet,
): number {
  if (!reader.ok || reader.remaining === 0) return LowpanCause.truncated;
  const dispatch = reader.bytes[reader.at];
  if (dispatch === IPV6_DISPATCH) {
    reader.u8();
    return readPacket(reader, packet) ? LowpanCause.ok : LowpanCause.header;
  }
  if ((dispatch & FRAGMENT_MASK) === FRAGMENT_DISPATCH) return LowpanCause.fragment;
  if ((dispatch & IPHC_MASK) !== IPHC_DISPATCH) return LowpanCause.dispatch;
  const cause = readIphc(reader, linkSource, linkDestination, contexts, packet);
  if (!reader.ok) return LowpanCause.truncated;
  if (cause !== LowpanCause.ok) return cause;
  packet.mpl = NO_MPL;
  if (packet.nextHeader < 0 && isHopByHopNhc(reader)) {
    const taken = readHopByHopNhc(reader, packet);
    if (!reader.ok) return LowpanCause.truncated;
    if (!taken) return LowpanCause.extensionHeader;
  }
  if (packet.nextHeader < 0) return readNhc(reader, packet);
  return readPayload(reader, packet) ? LowpanCause.ok : LowpanCause.length;
}
