import { Reader, Writer } from "firmware/codec/cursor";
import type { Backhaul } from "hal/backhaul";
import { IPV6_HEADER_BYTES, MAX_PAYLOAD, MTU, Packet, type Link } from "firmware/ip/packet";

const VERSION = 6;

/** A {@link Link} of plain IPv6 packets (RFC 8200, section 3), such as a collector and the head end share. */
export class BackhaulLink implements Link {
  /** Set once, to the stack's receive. */
  onPacket: (packet: Packet) => void = () => {};
  /** Packets dropped on arrival: not IPv6, or longer or shorter than they say. */
  malformed = 0;
  readonly #backhaul: Backhaul;
  readonly #buffer = new Uint8Array(MTU);
  readonly #writer = new Writer(this.#buffer);
  readonly #reader = new Reader(this.#buffer);
  readonly #received = new Packet();

  constructor(backhaul: Backhaul) {
    this.#backhaul = backhaul;
    backhaul.onReceive = (bytes, length) => this.#receive(bytes, length);
  }

  send(packet: Packet): boolean {
    const writer = this.#writer;
    writer.reset(this.#buffer, 0, MTU);
    writer.u32(((VERSION << 28) | (packet.trafficClass << 20) | packet.flowLabel) >>> 0);
    writer.u16(packet.payloadLength);
    writer.u8(packet.nextHeader);
    writer.u8(packet.hopLimit);
    writer.copy(packet.source, 0, 16);
    writer.copy(packet.destination, 0, 16);
    writer.copy(packet.payload, 0, packet.payloadLength);
    return writer.ok && this.#backhaul.send(this.#buffer, writer.length);
  }

  #receive(bytes: Uint8Array, length: number): void {
    const reader = this.#reader;
    reader.reset(bytes, 0, length);
    const first = reader.u32();
    const payloadLength = reader.u16();
    if (length > MTU || first >>> 28 !== VERSION || payloadLength !== length - IPV6_HEADER_BYTES) {
      this.malformed++;
      return;
    }
    const packet = this.#received;
    packet.trafficClass = (first >>> 20) & 0xff;
    packet.flowLabel = first & 0xfffff;
    packet.nextHeader = reader.u8();
    packet.hopLimit = reader.u8();
    reader.copy(packet.source, 0, 16);
    reader.copy(packet.destination, 0, 16);
    reader.copy(packet.payload, 0, Math.min(payloadLength, MAX_PAYLOAD));
    packet.payloadLength = payloadLength;
    this.onPacket(packet);
  }
}
