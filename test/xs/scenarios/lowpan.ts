import { Reader, Writer } from "firmware/codec/cursor";
import { Contexts } from "firmware/ip/contexts";
import { compress, decompress } from "firmware/ip/lowpan";
import { Packet } from "firmware/ip/packet";
import { writeDatagram } from "firmware/ip/udp";
import { Random } from "../../../host-sim/random";
import { Transcript } from "../transcript";

const METER = Uint8Array.of(2, 0x57, 0x4d, 0, 0, 0, 0, 1);
const COLLECTOR = Uint8Array.of(2, 0x57, 0x4d, 0xc0, 0, 0, 0, 1);
const PACKETS = 300;

/** Packets with addresses and ports of every form of RFC 6282, there and back, and each of them damaged. */
export function run(): string {
  const transcript = new Transcript();
  const random = new Random(1, "lowpan");
  const contexts = new Contexts();
  const prefixes = [Uint8Array.of(0x20, 0x01, 0x0d, 0xb8), Uint8Array.of(0xfe, 0x80), Uint8Array.of(0xff, 2)];
  const utility = new Uint8Array(16);
  utility.set(prefixes[0]);
  contexts.set(0, utility, 64);
  const buffer = new Uint8Array(1400);
  const packet = new Packet();
  const back = new Packet();
  const data = new Uint8Array(40);
  const reader = new Reader(buffer);

  for (let i = 0; i < PACKETS; i++) {
    randomAddress(packet.source, prefixes.slice(0, 2), random);
    randomAddress(packet.destination, prefixes, random);
    packet.trafficClass = random.chance(0.5) ? 0 : random.below(256);
    packet.flowLabel = random.chance(0.5) ? 0 : random.below(1 << 20);
    packet.hopLimit = random.chance(0.5) ? 64 : random.below(256);
    for (let k = 0; k < data.length; k++) data[k] = random.below(256);
    writeDatagram(packet, 0xf0b0 + random.below(32), 0xf000 + random.below(512), data, random.below(40));

    const writer = new Writer(buffer);
    const multicast = packet.destination[0] === 0xff;
    const link = multicast ? undefined : COLLECTOR;
    transcript.value("compressed", compress(packet, METER, link, contexts, writer));
    transcript.bytes("bytes", buffer, 0, writer.at);
    reader.reset(buffer, 0, writer.at);
    transcript.value("cause", decompress(reader, METER, link, contexts, back));
    transcript.bytes("source", back.source);
    transcript.bytes("destination", back.destination);
    transcript.bytes("payload", back.payload, 0, back.payloadLength);

    buffer[random.below(Math.min(12, writer.at))] ^= 1 << random.below(8);
    reader.reset(buffer, 0, writer.at);
    transcript.value("damaged", decompress(reader, METER, link, contexts, back));
  }
  return transcript.toString();
}

function randomAddress(into: Uint8Array, prefixes: readonly Uint8Array[], random: Random): void {
  into.fill(0);
  into.set(prefixes[random.below(prefixes.length)]);
  if (random.chance(0.3)) into.set(random.chance(0.5) ? METER : COLLECTOR, 8);
  else for (let i = 16 - random.below(9); i < 16; i++) into[i] = random.below(256);
}
