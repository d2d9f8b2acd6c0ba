import { Reader } from "firmware/codec/cursor";
import type { Backhaul } from "hal/backhaul";
import { headerBytes, readPacket, writeHeader } from "firmware/ip/ipv6";
import { MTU, Packet, type Link } from "firmware/ip/packet";

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
    const start = headerBytes(packet);
    const length = start + packet.payloadLength;
    if (length > MTU) return false;
    writeHeader(packet, buffer, 0);
    for (let i = 0; i < packet.payloadLength; i++) buffer[start + i] = packet.payload[i]!;
    return this.#backhaul.send(buffer, length);
  }

  private receive(bytes: Uint8Array, length: number): void {
    this.#reader.reset(bytes, 0, length);
    if (readPacket(this.#reader, this.#received)) this.onPacket(this.#received);
    else this.malformed++;
  }
}
