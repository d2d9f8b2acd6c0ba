import { Writer } from "firmware/codec/cursor";
import { staysOnLink } from "firmware/ip/address";
import { Icmpv6Type, NEXT_HEADER_ICMPV6, writeMessageChecksum } from "firmware/ip/icmpv6";
import { Packet } from "firmware/ip/packet";
import type { IpStack } from "firmware/ip/stack";
import { MESH_PAYLOAD_BYTES } from "firmware/mesh/forwarding/queue";
import type { MeshLink } from "firmware/mesh/link";

/** Makes and sends this node's RPL messages. */
export class RplSender {
  /** Nothing is sent, as if it were lost. */
  muted = false;
  readonly #link: MeshLink;
  readonly #stack: IpStack;
  readonly #packet = new Packet(MESH_PAYLOAD_BYTES);
  readonly #writer = new Writer(this.#packet.payload);

  constructor(link: MeshLink, stack: IpStack) {
    this.#link = link;
    this.#stack = stack;
  }

  /** Asks a neighbour where it stands, which measures the link to it; false where there is no room for that. */
  ask(neighbour: Uint8Array): boolean {
    return !this.muted && this.#link.ask(neighbour);
  }

  /** Begins a message; the caller writes what follows its checksum and calls {@link send}. */
  begin(destination: Uint8Array, code: number): Writer {
    const packet = this.#packet;
    packet.source.set(staysOnLink(destination) ? this.#stack.linkLocal : this.#stack.address);
    packet.destination.set(destination);
    packet.nextHeader = NEXT_HEADER_ICMPV6;
    const writer = this.#writer;
    writer.reset(packet.payload, 0, packet.payload.length);
    writer.u8(Icmpv6Type.rpl);
    writer.u8(code);
    writer.u16(0);
    return writer;
  }

  /** Answers whether the link took it. */
  send(): boolean {
    if (this.muted) return false;
    this.#packet.payloadLength = this.#writer.length;
    writeMessageChecksum(this.#packet);
    return this.#link.send(this.#packet);
  }
}
