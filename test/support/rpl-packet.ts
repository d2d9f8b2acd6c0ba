import { Writer } from "firmware/codec/cursor";
import { NEXT_HEADER_ICMPV6, writeMessageChecksum } from "firmware/ip/icmpv6";
import { Packet } from "firmware/ip/packet";

/** A packet with an RPL message, its checksum right. */
export function rplPacket(
  source: Uint8Array,
  destination: Uint8Array,
  code: number,
  message: { write(writer: Writer): void },
): Packet {
  const packet = new Packet();
  packet.source.set(source);
  packet.destination.set(destination);
  packet.nextHeader = NEXT_HEADER_ICMPV6;
  packet.payload.set([155, code, 0, 0]);
  const writer = new Writer(packet.payload, 4);
  message.write(writer);
  packet.payloadLength = writer.at;
  writeMessageChecksum(packet);
  return packet;
}
