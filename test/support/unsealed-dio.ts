import { Writer } from "firmware/codec/cursor";
import { ADDRESS_BYTES, Group, writeAddress, writeGroup, writeLinkLocal } from "firmware/ip/address";
import { Contexts } from "firmware/ip/contexts";
import { compress } from "firmware/ip/lowpan";
import { Elements, WisunFrame } from "firmware/mesh/mac/elements";
import { IE_PRESENT, writeDataHeader, writeFcs } from "firmware/mesh/mac/frame";
import { describeDodag } from "firmware/mesh/rpl/dodag";
import { Dio, RplCode } from "firmware/mesh/rpl/messages";
import { NETWORK } from "../../host-sim/street";
import { rplPacket } from "./rpl-packet";

const HOP_LIMIT = 255;

/**
 * A frame to all in a street's network, as of the collector `eui64`, with all that makes it the parent of those that
 * hear it, but for a key.
 */
export function unsealedDio(eui64: Uint8Array): Uint8Array {
  const address = new Uint8Array(ADDRESS_BYTES);
  writeAddress(NETWORK.prefix, eui64, address);
  const source = new Uint8Array(ADDRESS_BYTES);
  writeLinkLocal(eui64, source);
  const group = new Uint8Array(ADDRESS_BYTES);
  writeGroup(Group.allRplNodes, group);
  const dio = new Dio();
  describeDodag(dio, address, NETWORK.prefix, 0);
  const packet = rplPacket(source, group, RplCode.dio, dio);
  packet.hopLimit = HOP_LIMIT;

  const writer = new Writer(new Uint8Array(256));
  writeDataHeader(writer, 0, NETWORK.pans[0].id, undefined, eui64, IE_PRESENT);
  const elements = new Elements();
  elements.frameType = WisunFrame.data;
  elements.write(writer);
  compress(packet, eui64, undefined, new Contexts(), writer);
  writeFcs(writer);
  return writer.bytes.slice(0, writer.at);
}
