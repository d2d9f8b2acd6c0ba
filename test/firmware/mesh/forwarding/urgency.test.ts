import { describe, expect, it } from "vitest";
import { Icmpv6Type, NEXT_HEADER_ICMPV6 } from "firmware/ip/icmpv6";
import { Packet } from "firmware/ip/packet";
import { NEXT_HEADER_UDP } from "firmware/ip/udp";
import { isUrgent } from "firmware/mesh/forwarding/urgency";
import { RplCode } from "firmware/mesh/rpl/messages";

function packet(nextHeader: number, payload: number[], trafficClass = 0): Packet {
  const made = new Packet(8);
  made.nextHeader = nextHeader;
  made.trafficClass = trafficClass;
  made.payload.set(payload);
  made.payloadLength = 8;
  return made;
}

describe("what finds room where others do not", () => {
  it("is whatever says so: CS5 (RFC 2474, section 4.2.2.2) and above", () => {
    expect(isUrgent(packet(NEXT_HEADER_UDP, [], 0xa0))).toBe(true);
    expect(isUrgent(packet(NEXT_HEADER_UDP, [], 0x9f))).toBe(false);
  });

  it("are messages of RPL, but not the registrations that would leave no room for their answers", () => {
    const { dis, dio, dao, daoAck } = RplCode;
    const rpl = (code: number) => isUrgent(packet(NEXT_HEADER_ICMPV6, [Icmpv6Type.rpl, code]));
    expect([dis, dio, dao, daoAck].map(rpl)).toEqual([true, true, false, true]);
    expect(isUrgent(packet(NEXT_HEADER_ICMPV6, [Icmpv6Type.echoRequest, dio]))).toBe(false);
    expect(isUrgent(packet(NEXT_HEADER_UDP, [Icmpv6Type.rpl, dio]))).toBe(false);
  });
});
