import { Reader } from "firmware/codec/cursor";
import { isLinkLocal, isMulticast, writeEui64 } from "firmware/ip/address";
import type { Contexts } from "firmware/ip/contexts";
import { compress, decompress } from "firmware/ip/lowpan";
import { LowpanCause } from "firmware/ip/lowpan-cause";
import { type Link, Packet } from "firmware/ip/packet";
import type { Mac } from "firmware/mesh/mac/mac";

/** As many as {@link LowpanCause} has. */
const LOWPAN_CAUSES = 10;

/** The mesh as a {@link Link}: IPv6 packets in frames, by 6LoWPAN, to the neighbour that routing names. */
export class MeshLink implements Link {
  /** A packet arrived, valid during the call only. Set once, to the stack's receive. */
  onPacket: (packet: Packet) => void = () => {};
  /**
   * The neighbour that leads to `destination`, neither link-local nor multicast: writes its EUI-64 and answers true,
   * or false where there is none. Set once, by the routing.
   */
  nextHop: (destination: Uint8Array, eui64: Uint8Array) => boolean = () => false;
  /** Packets refused for want of a neighbour, of room in the queue, or of room in a frame. */
  readonly refused = { noRoute: 0, queueFull: 0, tooLong: 0 };
  /** Frames whose payload was not a packet, by {@link LowpanCause}. */
  readonly dropped = new Uint32Array(LOWPAN_CAUSES);
  readonly #mac: Mac;
  readonly #contexts: Contexts;
  readonly #neighbour = new Uint8Array(8);
  readonly #reader = new Reader(new Uint8Array(0));
  readonly #received = new Packet();

  constructor(mac: Mac, contexts: Contexts) {
    this.#mac = mac;
    this.#contexts = contexts;
    mac.onFrame = (source, buffer, offset, length, broadcast) => {
      this.#reader.reset(buffer, offset, offset + length);
      this.#receive(source, broadcast);
    };
  }

  send(packet: Packet): boolean {
    let neighbour: Uint8Array | undefined;
    if (!isMulticast(packet.destination)) {
      neighbour = this.#neighbour;
      if (isLinkLocal(packet.destination)) {
        writeEui64(packet.destination, neighbour);
      } else if (!this.nextHop(packet.destination, neighbour)) {
        this.refused.noRoute++;
        return false;
      }
    }
    const writer = this.#mac.prepare(neighbour);
    if (writer === undefined) {
      this.refused.queueFull++;
      return false;
    }
    if (compress(packet, this.#mac.eui64, neighbour, this.#contexts, writer)) return this.#mac.submit();
    this.refused.tooLong++;
    return false;
  }

  #receive(source: Uint8Array, broadcast: boolean): void {
    const own = broadcast ? undefined : this.#mac.eui64;
    const packet = this.#received;
    const cause = decompress(this.#reader, source, own, this.#contexts, packet);
    if (cause === LowpanCause.ok) this.onPacket(packet);
    else this.dropped[cause]++;
  }
}
