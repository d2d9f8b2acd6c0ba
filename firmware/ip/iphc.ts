import type { Reader, Writer } from "firmware/codec/cursor";
import type { Contexts } from "firmware/ip/contexts";
import {
  destinationForm,
  formBytes,
  formContext,
  formModes,
  readMulticast,
  readUnicast,
  sourceForm,
  writeInline,
} from "firmware/ip/iphc-address";
import { LowpanCause } from "firmware/ip/lowpan-cause";
import type { Packet } from "firmware/ip/packet";

/* LOWPAN_IPHC, RFC 6282, section 3.1.1: 011 TF(2) NH HLIM(2) | CID SAC SAM(2) M DAC DAM(2). */
export const IPHC_DISPATCH = 0x60;
const NEXT_HEADER_COMPRESSED = 0x04;
const CONTEXT_EXTENSION = 0x80;
const MULTICAST = 0x08;
/** DAC set with DAM 00 and M clear. */
const RESERVED_DESTINATION = 0x04;

/** Writes the IPv6 header; `nextCompressed` says that a LOWPAN_NHC follows in place of the next header. */
export function writeIphc(
  packet: Packet,
  nextCompressed: boolean,
  linkSource: Uint8Array,
  linkDestination: Uint8Array | undefined,
  contexts: Contexts,
  writer: Writer,
): void {
  // Context 0 comes free; the others cost the extension byte, once for both addresses.
  let source = sourceForm(packet.source, linkSource, contexts, 1);
  let destination = destinationForm(packet.destination, linkDestination, contexts, 1);
  let extension = false;
  const inline = formBytes(source) + formBytes(destination);
  if (inline > 1 && contexts.count > 1) {
    const source2 = sourceForm(packet.source, linkSource, contexts, contexts.count);
    const destination2 = destinationForm(packet.destination, linkDestination, contexts, contexts.count);
    if (formBytes(source2) + formBytes(destination2) + 1 < inline) {
      source = source2;
      destination = destination2;
      extension = true;
    }
  }

  const trafficForm = trafficClassForm(packet);
  const hopForm = hopLimitForm(packet.hopLimit);
  writer.u8(IPHC_DISPATCH | (trafficForm << 3) | (nextCompressed ? NEXT_HEADER_COMPRESSED : 0) | hopForm);
  writer.u8((extension ? CONTEXT_EXTENSION : 0) | formModes(source) | (formModes(destination) >> 4));
  if (extension) writer.u8((formContext(source) << 4) | formContext(destination));
  writeTrafficClass(packet, trafficForm, writer);
  if (!nextCompressed) writer.u8(packet.nextHeader);
  if (hopForm === 0) writer.u8(packet.hopLimit);
  writeInline(packet.source, source, writer);
  writeInline(packet.destination, destination, writer);
}

/**
 * Reads the IPv6 header into `packet`, all but its payload. Where the next header is compressed `nextHeader` becomes
 * -1. Answers a {@link LowpanCause}; whether the reader ran out is left to the caller.
 */
export function readIphc(
  reader: Reader,
  linkSource: Uint8Array,
  linkDestination: Uint8Array | undefined,
  contexts: Contexts,
  packet: Packet,
): number {
  const first = reader.u8();
  const second = reader.u8();
  const ids = (second & CONTEXT_EXTENSION) === 0 ? 0 : reader.u8();
  readTrafficClass(reader, (first >> 3) & 3, packet);
  packet.nextHeader = (first & NEXT_HEADER_COMPRESSED) === 0 ? reader.u8() : -1;
  const hopForm = first & 3;
  packet.hopLimit = hopForm === 0 ? reader.u8() : hopForm === 1 ? 1 : hopForm === 2 ? 64 : 255;

  const sourceModes = (second >> 4) & 7;
  if (sourceModes === 4) {
    packet.source.fill(0);
  } else {
    const cause = readUnicast(sourceModes, ids >> 4, linkSource, contexts, reader, packet.source);
    if (cause !== LowpanCause.ok) return cause;
  }
  const modes = second & 7;
  if ((second & MULTICAST) !== 0) return readMulticast(modes, ids & 15, contexts, reader, packet.destination);
  if (modes === RESERVED_DESTINATION) return LowpanCause.reserved;
  return readUnicast(modes, ids & 15, linkDestination, contexts, reader, packet.destination);
}

function hopLimitForm(hopLimit: number): number {
  return hopLimit === 1 ? 1 : hopLimit === 64 ? 2 : hopLimit === 255 ? 3 : 0;
}

/** TF: 3 nothing, 2 the class, 1 ECN and the flow label, 0 both. The class is DSCP(6) ECN(2). */
function trafficClassForm(packet: Packet): number {
  if (packet.flowLabel === 0) return packet.trafficClass === 0 ? 3 : 2;
  return packet.trafficClass < 4 ? 1 : 0;
}

/** Section 3.2.1: on the air ECN stands before DSCP. */
function writeTrafficClass(packet: Packet, form: number, writer: Writer): void {
  if (form === 3) return;
  const traffic = ((packet.trafficClass << 6) | (packet.trafficClass >> 2)) & 0xff;
  if (form === 1) {
    writer.u8(traffic | (packet.flowLabel >> 16));
  } else {
    writer.u8(traffic);
    if (form === 0) writer.u8(packet.flowLabel >> 16);
  }
  if (form !== 2) writer.u16(packet.flowLabel & 0xffff);
}

function readTrafficClass(reader: Reader, form: number, packet: Packet): void {
  packet.trafficClass = 0;
  packet.flowLabel = 0;
  if (form === 3) return;
  const traffic = reader.u8();
  if (form === 1) {
    packet.trafficClass = traffic >> 6;
    packet.flowLabel = ((traffic & 0x0f) << 16) | reader.u16();
  } else {
    packet.trafficClass = ((traffic << 2) | (traffic >> 6)) & 0xff;
    if (form === 0) packet.flowLabel = ((reader.u8() & 0x0f) << 16) | reader.u16();
  }
}
