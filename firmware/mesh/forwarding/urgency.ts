import { isAnyRouter } from "firmware/ip/address";
import { Icmpv6Type, NEXT_HEADER_ICMPV6 } from "firmware/ip/icmpv6";
import type { Packet } from "firmware/ip/packet";
import { RplCode } from "firmware/mesh/rpl/messages";

/** DSCP class selector 5 (RFC 2474, section 4.2.2) and above, in the place that DSCP has in the traffic class. */
export const URGENT_TRAFFIC_CLASS = 0xa0;

/**
 * Alarms, which say so in their traffic class or are for whichever parent takes them (last gasps), and the messages of
 * routing: they find room where others do not. DAOs are none of them: they are what fills the queues when a town
 * registers, and their acknowledgements have to get past them.
 */
export function isUrgent(packet: Packet): boolean {
  if (packet.trafficClass >= URGENT_TRAFFIC_CLASS || isAnyRouter(packet.destination)) return true;
  const { nextHeader, payload } = packet;
  return nextHeader === NEXT_HEADER_ICMPV6 && payload[0] === Icmpv6Type.rpl && payload[1] !== RplCode.dao;
}
