import type { Packet } from "firmware/ip/packet";

/** Packets that are remembered: more than pass through a node within {@link LIFETIME_ms}. */
const ENTRIES = 32;
/**
 * How long. A copy comes about where an acknowledgement is lost and the sender gives the packet to another parent: with
 * hops its six attempts take 2 to 5 s, in a crowd longer: such a copy is left to its end to tell. A meter and its head
 * end ask again with the same bytes after 4 s at least.
 */
const LIFETIME_ms = 3_900;

/** The packets that passed through lately, to tell a copy that came by another way. */
export class Seen {
  readonly #hashes = new Uint32Array(ENTRIES);
  readonly #at_ms = new Float64Array(ENTRIES).fill(-Infinity);
  #next = 0;

  /**
   * Remembers a packet, and answers whether it was remembered already.
   * @param down whether it follows a source route: from one meter to another it may come by twice, up and then down
   */
  seen(packet: Packet, down: boolean, now_ms: number): boolean {
    const hash = hashOf(packet, down);
    for (let i = 0; i < ENTRIES; i++) {
      if (this.#hashes[i] === hash && now_ms - this.#at_ms[i] <= LIFETIME_ms) return true;
    }
    this.#hashes[this.#next] = hash;
    this.#at_ms[this.#next] = now_ms;
    this.#next = (this.#next + 1) % ENTRIES;
    return false;
  }
}

/** Of the payload: ports, checksum and the head of a CoAP message, or the number of an echo. */
const PAYLOAD_BYTES = 16;

/** FNV-1a over what tells packets apart and does not change on the way. */
function hashOf(packet: Packet, down: boolean): number {
  let hash = down ? ~0x811c9dc5 : 0x811c9dc5;
  for (let i = 8; i < 16; i++) hash = Math.imul(hash ^ packet.source[i], 0x01000193);
  for (let i = 8; i < 16; i++) hash = Math.imul(hash ^ packet.destination[i], 0x01000193);
  hash = Math.imul(hash ^ packet.nextHeader, 0x01000193);
  hash = Math.imul(hash ^ packet.payloadLength, 0x01000193);
  const count = Math.min(packet.payloadLength, PAYLOAD_BYTES);
  for (let i = 0; i < count; i++) hash = Math.imul(hash ^ packet.payload[i], 0x01000193);
  return hash >>> 0;
}
