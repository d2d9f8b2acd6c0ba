import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Packet } from "firmware/ip/packet";
import { NEXT_HEADER_UDP } from "firmware/ip/udp";
import { MESH_PAYLOAD_BYTES, OWN, PacketQueue } from "firmware/mesh/forwarding/queue";
import { MAX_ROUTERS, RoutingHeader } from "firmware/mesh/forwarding/routing-header";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const packets = fc.record({
  source: bytes(16),
  destination: bytes(16),
  hopLimit: fc.integer({ min: 1, max: 255 }),
  payload: fc.uint8Array({ maxLength: 90 }),
  senderRank: fc.integer({ min: -1, max: 0xffff }),
  rankError: fc.boolean(),
  tunnelHopLimit: fc.integer({ min: -1, max: 255 }),
  // Of one maker, as the meters of a mesh are, or not.
  hops: fc.array(fc.oneof(bytes(2), bytes(8)), { maxLength: MAX_ROUTERS / 2 }),
});
type Sample = typeof packets extends fc.Arbitrary<infer T> ? T : never;

function made(sample: Sample): [Packet, RoutingHeader] {
  const packet = new Packet(MESH_PAYLOAD_BYTES);
  packet.source.set(sample.source);
  packet.destination.set(sample.destination);
  packet.nextHeader = NEXT_HEADER_UDP;
  packet.hopLimit = sample.hopLimit;
  packet.payload.set(sample.payload);
  packet.payloadLength = sample.payload.length;
  const header = new RoutingHeader();
  header.senderRank = sample.senderRank;
  header.rankError = sample.senderRank >= 0 && sample.rankError;
  header.tunnelHopLimit = sample.tunnelHopLimit;
  for (const hop of sample.hops) {
    const eui64 = Uint8Array.of(0x02, 0x57, 0x4d, 0, 0, 0, 0, 0);
    eui64.set(hop, 8 - hop.length);
    header.addHop(eui64, 0);
  }
  return [packet, header];
}

describe("packets that wait", () => {
  it("come out as they went in, with their routes, whatever waits beside them", () => {
    fc.assert(
      fc.property(fc.array(packets, { minLength: 1, maxLength: 5 }), (samples) => {
        const queue = new PacketQueue(samples.length + 2);
        const kept = samples.map((sample) => {
          const [packet, header] = made(sample);
          const slot = queue.add(OWN, false)!;
          expect(queue.keep(slot, packet, header)).toBe(true);
          return { slot, packet, header };
        });
        const packet = new Packet(MESH_PAYLOAD_BYTES);
        const header = new RoutingHeader();
        for (const one of kept) {
          packet.payload.fill(0);
          queue.restore(one.slot, packet, header);
          expect(packet).toEqual(one.packet);
          expect(hopsOf(header)).toEqual(hopsOf(one.header));
          const { senderRank, rankError, tunnelHopLimit } = header;
          expect({ senderRank, rankError, tunnelHopLimit }).toEqual({
            senderRank: one.header.senderRank,
            rankError: one.header.rankError,
            tunnelHopLimit: one.header.tunnelHopLimit,
          });
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("are refused where they are longer than a slot", () => {
    const queue = new PacketQueue(4);
    const packet = new Packet();
    packet.payloadLength = packet.payload.length;
    expect(queue.keep(queue.add(OWN, false)!, packet, new RoutingHeader())).toBe(false);
  });
});

/** Interface identifiers in order; the header is used up. */
function hopsOf(header: RoutingHeader): string[] {
  const hops: string[] = [];
  const eui64 = new Uint8Array(8);
  for (; header.hops > 0; header.pop()) {
    header.writeNext(eui64);
    hops.push(Buffer.from(eui64).toString("hex"));
  }
  return hops;
}
