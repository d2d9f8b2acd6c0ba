import { CoapCounters } from "firmware/coap/counters";
import { MessageBuilder, Type } from "firmware/coap/message";
import type { Peer, UdpSocket } from "firmware/ip/socket";
import type { Entropy } from "hal/entropy";

/** Room for header, token and options beside a payload. */
export const OVERHEAD_BYTES = 80;

/** The way out that both halves of an endpoint share: one buffer, one sequence of message ids, the counters. */
export class Outlet {
  readonly message: MessageBuilder;
  readonly counters = new CoapCounters();
  #id: number;

  /** @param payloadBytes greatest payload of a message */
  constructor(
    private readonly socket: UdpSocket,
    entropy: Entropy,
    payloadBytes: number,
  ) {
    this.message = new MessageBuilder(OVERHEAD_BYTES + payloadBytes);
    // Starts anywhere, so that a restart does not repeat the ids that peers remember (RFC 7252, section 4.4).
    const seed = new Uint8Array(2);
    entropy.fill(seed);
    this.#id = (seed[0] << 8) | seed[1];
  }

  nextId(): number {
    this.#id = (this.#id + 1) & 0xffff;
    return this.#id;
  }

  /** Sends what {@link message} holds; what the socket does not take counts as lost on the way. */
  send(peer: Peer): boolean {
    return this.sendBytes(peer, this.message.bytes, this.message.length);
  }

  sendBytes(peer: Peer, bytes: Uint8Array, length: number): boolean {
    const sent = this.socket.send(peer, bytes, length);
    if (sent) this.counters.sent++;
    else this.counters.notSent++;
    return sent;
  }

  /** Sends an empty message. */
  sendEmpty(peer: Peer, type: number, id: number): void {
    this.message.startEmpty(type, id);
    this.send(peer);
  }

  /** Rejects a message: a confirmable one with a reset, others in silence (RFC 7252, sections 4.2 and 4.3). */
  reject(peer: Peer, type: number, id: number): void {
    if (type === Type.confirmable) this.sendEmpty(peer, Type.reset, id);
  }
}
