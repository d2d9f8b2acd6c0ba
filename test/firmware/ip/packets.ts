import fc from "fast-check";
import { Reader, Writer } from "firmware/codec/cursor";
import { writeGroup, writeLinkLocal } from "firmware/ip/address";
import { parseAddress } from "firmware/ip/address-text";
import { Contexts } from "firmware/ip/contexts";
import { compress, decompress } from "firmware/ip/lowpan";
import { Packet } from "firmware/ip/packet";
import { writeDatagram } from "firmware/ip/udp";
import { hex, unhex } from "../../support/hex";

export const METER_EUI64 = unhex("0200570000000001");
export const COLLECTOR_EUI64 = unhex("02005700000000ff");
/** The utility's prefix: the meters' addresses, and context 0. */
export const PREFIX = address("2001:db8::");
export const METER = address("2001:db8::5700:0:1");
/** The head end, context 1 with all its 128 bits. */
export const HEAD_END = address("2001:db8:1::53");
export const METER_PORT = 5683;
export const HEAD_END_PORT = 61440;

export function address(text: string): Uint8Array {
  const into = new Uint8Array(16);
  if (!parseAddress(text, into)) throw new Error(text);
  return into;
}

export function linkLocal(eui64: Uint8Array): Uint8Array {
  const into = new Uint8Array(16);
  writeLinkLocal(eui64, into);
  return into;
}

export function group(number: number): Uint8Array {
  const into = new Uint8Array(16);
  writeGroup(number, into);
  return into;
}

export function contexts(): Contexts {
  const made = new Contexts();
  made.set(0, PREFIX, 64);
  made.set(1, HEAD_END, 128);
  return made;
}

export interface Fields {
  source?: Uint8Array;
  destination?: Uint8Array;
  trafficClass?: number;
  flowLabel?: number;
  nextHeader?: number;
  hopLimit?: number;
  payload?: Uint8Array;
}

export function packet(fields: Fields): Packet {
  const made = new Packet();
  const { source, destination, payload, ...rest } = fields;
  if (source) made.source.set(source);
  if (destination) made.destination.set(destination);
  if (payload) made.payload.set(payload);
  made.payloadLength = payload?.length ?? 0;
  return Object.assign(made, rest);
}

export function datagram(
  source: Uint8Array,
  destination: Uint8Array,
  sourcePort: number,
  destinationPort: number,
  data: Uint8Array,
): Packet {
  const made = packet({ source, destination });
  writeDatagram(made, sourcePort, destinationPort, data, data.length);
  return made;
}

/** What tells packets apart, for comparison. */
export function fields(of: Packet) {
  return {
    source: hex(of.source),
    destination: hex(of.destination),
    trafficClass: of.trafficClass,
    flowLabel: of.flowLabel,
    nextHeader: of.nextHeader,
    hopLimit: of.hopLimit,
    payload: hex(of.payload, of.payloadLength),
  };
}

/** The frame that carries a packet; where nothing is said, from the meter to the collector. */
export interface Frame {
  source?: Uint8Array;
  destination?: Uint8Array | "all";
  contexts?: Contexts;
}

function receiver({ destination = COLLECTOR_EUI64 }: Frame): Uint8Array | undefined {
  return destination === "all" ? undefined : destination;
}

export function compressed(from: Packet, frame: Frame = {}): Uint8Array {
  const writer = new Writer(new Uint8Array(1400));
  const { source = METER_EUI64, contexts: using = contexts() } = frame;
  if (!compress(from, source, receiver(frame), using, writer)) throw new Error("does not fit");
  return writer.bytes.slice(0, writer.length);
}

/** The packet, or the cause for which there is none. */
export function decompressed(from: Uint8Array, frame: Frame = {}): ReturnType<typeof fields> | number {
  const into = new Packet();
  // What is not written must not show through.
  into.source.fill(0xa5);
  into.destination.fill(0xa5);
  into.payload.fill(0xa5);
  const { source = METER_EUI64, contexts: using = contexts() } = frame;
  const cause = decompress(new Reader(from), source, receiver(frame), using, into);
  return cause === 0 ? fields(into) : cause;
}

/** Addresses of every kind that compression looks at, and contexts of every length with them. */
export const anyEui64 = fc.oneof(
  fc.uint8Array({ minLength: 8, maxLength: 8 }),
  fc.constantFrom(METER_EUI64, COLLECTOR_EUI64),
);

const anyPrefix = fc.oneof(
  fc.constantFrom(address("fe80::"), PREFIX, HEAD_END, address("2001:db8:0:0:0:ff:fe00:0")),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
);

const anyInterface = fc.oneof(
  fc.constantFrom(
    METER,
    HEAD_END,
    linkLocal(METER_EUI64),
    linkLocal(COLLECTOR_EUI64),
    address("::ff:fe00:1234"),
  ),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
);

const anyUnicast = fc
  .tuple(anyPrefix, anyInterface, fc.constantFrom(0, 48, 56, 64, 96, 128))
  .map(([prefix, rest, bits]) => {
    const made = Uint8Array.from(rest);
    made.set(prefix.subarray(0, bits / 8));
    for (let i = bits / 8; i < 8; i++) made[i] = 0;
    if (made[0] === 0xff) made[0] = 0x20;
    return made;
  });

const anyMulticast = fc
  .tuple(fc.nat(255), fc.nat(14), fc.uint8Array({ minLength: 14, maxLength: 14 }), fc.boolean())
  .map(([scope, zeros, rest, prefixBased]) => {
    const made = new Uint8Array(16);
    made.set([0xff, scope === 0 ? 2 : scope]);
    made.set(rest.fill(0, 0, zeros), 2);
    if (prefixBased) made.set([0x40, 64, ...PREFIX.subarray(0, 8)], 2);
    return made;
  });

export const anyContexts = fc
  .array(fc.tuple(fc.nat(15), anyPrefix, fc.constantFrom(0, 32, 48, 64, 70, 112, 128, 3)), { maxLength: 5 })
  .map((list) => {
    const made = contexts();
    for (const [id, prefix, bits] of list) made.set(id, prefix, bits);
    return made;
  });

const anyPort = fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xf0a0, max: 0xf0cf }), fc.constant(METER_PORT));

export const anyPorts = fc.tuple(anyPort, anyPort);

export const anyPacket = fc
  .record({
    source: fc.oneof<fc.Arbitrary<Uint8Array>[]>(anyUnicast, fc.constant(new Uint8Array(16))),
    destination: fc.oneof<fc.Arbitrary<Uint8Array>[]>(
      anyUnicast,
      anyMulticast,
      fc.constantFrom(group(1), group(0x1a)),
    ),
    trafficClass: fc.oneof(fc.constantFrom(0, 1, 3, 4), fc.nat(255)),
    flowLabel: fc.oneof(fc.constant(0), fc.nat(0xfffff)),
    hopLimit: fc.oneof(fc.constantFrom(1, 64, 255), fc.nat(255)),
    payload: fc.uint8Array({ maxLength: 60 }),
    nextHeader: fc.constantFrom(58, 17, 0, 59),
    ports: fc.option(anyPorts, { nil: undefined }),
  })
  .map(({ ports, ...rest }) => {
    const made = packet(rest);
    if (ports) writeDatagram(made, ports[0], ports[1], rest.payload, rest.payload.length);
    return made;
  });
