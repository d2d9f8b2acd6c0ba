import { Icmpv6Type, NEXT_HEADER_ICMPV6 } from "firmware/ip/icmpv6";
import type { Packet } from "firmware/ip/packet";

/** DSCP class selector 5 (RFC 2474, section 4.2.2) and above, in the place that DSCP has in the traffic class. */
export const URGENT_TRAFFIC_CLASS = 0xa0;

/** Alarms, which say so in their traffic class, and the messages of routing: they find room where others do not. */
export function isUrgent(packet: Packet): boolean {
  if (packet.trafficClass >= URGENT_TRAFFIC_CLASS) return true;
  return packet.nextHeader === NEXT_HEADER_ICMPV6 && packet.payload[0] === Icmpv6Type.rpl;
}
