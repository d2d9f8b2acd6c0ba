import { Reader } from "firmware/codec/cursor";
import type { Backhaul } from "hal/backhaul";
import { readPacket, writeHeader } from "firmware/ip/ipv6";
import { IPV6_HEADER_BYTES, MTU, Packet, type Link } from "firmware/ip/packet";

/** A {@link Link} of plain IPv6 packets (RFC 8200, section 3), such as a collector and the head end share. */
export class BackhaulLink implements Link {
  /** Set once, to the stack's receive. */
  onPacket: (packet: Packet) => void = () => {};
  /** Packets dropped on arrival: not IPv6, or longer or shorter than they say. */
  malformed = 0;
  readonly #backhaul: Backhaul;
  readonly #buffer = new Uint8Array(MTU);
  readonly #reader = new Reader(this.#buffer);
  readonly #received = new Packet();

  constructor(backhaul: Backhaul) {
    this.#backhaul = backhaul;
    backhaul.onReceive = (bytes, length) => this.receive(bytes, length);
  }

  send(packet: Packet): boolean {
    const buffer = this.#buffer;
    writeHeader(packet, buffer, 0);
    for (let i = 0; i < packet.payloadLength; i++) buffer[IPV6_HEADER_BYTES + i] = packet.payload[i]!;
    return this.#backhaul.send(buffer, IPV6_HEADER_BYTES + packet.payloadLength);
  }

  private receive(bytes: Uint8Array, length: number): void {
    this.#reader.reset(bytes, 0, length);
    if (readPacket(this.#reader, this.#received)) this.onPacket(this.#received);
    else this.malformed++;
  }
}
