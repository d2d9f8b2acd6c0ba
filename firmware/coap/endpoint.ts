import { Client } from "firmware/coap/client";
import type { CoapCounters } from "firmware/coap/counters";
import { Duplicates } from "firmware/coap/duplicates";
import type { AnswerHandler, Call } from "firmware/coap/exchange";
import { Message, ParseResult, Type } from "firmware/coap/message";
import { Outlet } from "firmware/coap/outlet";
import { Code, type Resource } from "firmware/coap/resource";
import { Server } from "firmware/coap/server";
import { Transmission, type TransmissionOptions } from "firmware/coap/transmission";
import type { Peer, UdpSocket } from "firmware/ip/socket";
import type { Kernel } from "firmware/kernel/kernel";
import type { Entropy } from "hal/entropy";

/** UDP port of CoAP (RFC 7252, section 12.6). */
export const COAP_PORT = 5683;

export interface CoapOptions extends TransmissionOptions {
  readonly socket: UdpSocket;
  readonly kernel: Kernel;
  readonly entropy: Entropy;
  /** What is served beside `/.well-known/core`; nothing by default. */
  readonly resources?: readonly Resource[];
  /** Own requests that may be under way or queued at a time; 4 by default. */
  readonly exchanges?: number;
  /** Messages that are remembered to recognise repeated ones; 8 by default. */
  readonly duplicates?: number;
  /** Bodies held at a time: the one being made, and those that clients are reading in blocks; 3 by default. */
  readonly representations?: number;
  /** Greatest body that is sent; 1,024 bytes by default. */
  readonly bodyBytes?: number;
  /** Greatest body that is taken in blocks, of requests and of answers to own ones; 1,024 bytes by default. */
  readonly takenBytes?: number;
  /** Size of blocks sent: 16, 32 … 1,024 bytes; 128 by default. */
  readonly preferredBlock?: number;
  /** Up to here a body goes in one message; 192 bytes by default, which fits one radio frame. */
  readonly maxUnfragmented?: number;
}

/** A CoAP endpoint, server and client in one (RFC 7252), on one UDP port. What comes to a group is not answered. */
export class CoapEndpoint {
  readonly counters: CoapCounters;
  readonly #kernel: Kernel;
  readonly #outlet: Outlet;
  readonly #server: Server;
  readonly #client: Client;
  readonly #duplicates: Duplicates;
  readonly #message = new Message();

  constructor(options: CoapOptions) {
    const transmission = new Transmission(options);
    const takenBytes = options.takenBytes ?? 1024;
    const preferredBlock = options.preferredBlock ?? 128;
    const maxUnfragmented = options.maxUnfragmented ?? 192;
    const outlet = new Outlet(options.socket, options.entropy, Math.max(preferredBlock, maxUnfragmented));
    this.counters = outlet.counters;
    this.#kernel = options.kernel;
    this.#outlet = outlet;
    this.#duplicates = new Duplicates(
      options.duplicates ?? 8,
      outlet.message.bytes.length,
      transmission.exchangeLifetime_ms,
    );
    this.#server = new Server({
      resources: options.resources ?? [],
      representations: options.representations ?? 3,
      bodyBytes: options.bodyBytes ?? 1024,
      takenBytes,
      preferredBlock,
      maxUnfragmented,
      lifetime_ms: transmission.exchangeLifetime_ms,
    });
    this.#client = new Client({
      kernel: options.kernel,
      entropy: options.entropy,
      outlet,
      transmission,
      exchanges: options.exchanges ?? 4,
      takenBytes,
      preferredBlock,
      maxUnfragmented,
    });
    options.socket.onDatagram = (peer, buffer, offset, length) => this.receive(peer, buffer, offset, length);
  }

  /**
   * Sends a confirmable request; `handler` runs once, when it is answered in full or has failed, never before this
   * returns. Answers a number for {@link cancel}, or `NO_CALL` when all exchanges are taken
   * or the path and query are longer than `MAX_URI_BYTES` together.
   */
  request(call: Call, handler: AnswerHandler): number {
    return this.#client.request(call, handler);
  }

  /**
   * Sends a non-confirmable request without a query, once, that nobody answers: a group does not (RFC 7252, section 8), and
   * a single peer is told so (RFC 7967).
   * @returns false where the link did not take it
   */
  sendOnce(call: Call): boolean {
    return this.#client.sendOnce(call);
  }

  /** Forgets a request: its handler will not run. Of one that has ended, nothing. */
  cancel(call: number): void {
    this.#client.cancel(call);
  }

  private receive(peer: Peer, buffer: Uint8Array, offset: number, length: number): void {
    const message = this.#message;
    const counters = this.counters;
    counters.received++;
    switch (message.parse(buffer, offset, length)) {
      case ParseResult.tooShort:
        counters.tooShort++;
        return;
      case ParseResult.version:
        counters.version++;
        return;
      case ParseResult.format:
        counters.format++;
        if (!peer.toGroup) this.#outlet.reject(peer, message.type, message.id);
        return;
    }
    if (peer.toGroup) this.toGroup(message, peer);
    else if (message.code === Code.empty) this.empty(message, peer);
    else if (message.type === Type.reset) counters.format++;
    else if (this.repeated(message, peer)) counters.duplicates++;
    else this.dispatch(message, peer);
  }

  /** Requests only, and none that wants an acknowledgement (RFC 7252, section 8.1). Links do not repeat them. */
  private toGroup(message: Message, peer: Peer): void {
    const { counters } = this;
    if (message.type !== Type.nonConfirmable || message.code >> 5 !== 0 || message.code === Code.empty) {
      counters.format++;
      return;
    }
    counters.requests++;
    this.#server.respond(message, peer, Type.nonConfirmable, 0, this.#outlet.message, this.#kernel.now_ms());
  }

  private empty(message: Message, peer: Peer): void {
    const counters = this.counters;
    switch (message.type) {
      case Type.confirmable:
        counters.pings++;
        this.#outlet.reject(peer, message.type, message.id);
        return;
      case Type.acknowledgement:
        if (!this.#client.acknowledge(peer, message.id)) counters.unmatched++;
        return;
      case Type.reset:
        if (!this.#client.reset(peer, message.id)) counters.unmatched++;
        return;
      default:
        counters.format++;
    }
  }

  /** Sends again what a message received again was replied to with, if anything. */
  private repeated(message: Message, peer: Peer): boolean {
    // Acknowledgements carry the ids of our own messages.
    if (message.type === Type.acknowledgement) return false;
    const seen = this.#duplicates.find(peer, message.id, this.#kernel.now_ms());
    if (seen === undefined) return false;
    if (seen.replyLength > 0) this.#outlet.sendBytes(peer, seen.reply, seen.replyLength);
    return true;
  }

  private dispatch(message: Message, peer: Peer): void {
    switch (message.code >> 5) {
      case 0:
        if (message.type !== Type.acknowledgement) {
          this.serve(message, peer);
          return;
        }
        break;
      case 2:
      case 4:
      case 5:
        this.response(message, peer);
        return;
    }
    this.counters.reservedCode++;
    this.#outlet.reject(peer, message.type, message.id);
  }

  private serve(message: Message, peer: Peer): void {
    const outlet = this.#outlet;
    const now_ms = this.#kernel.now_ms();
    const confirmable = message.type === Type.confirmable;
    const type = confirmable ? Type.acknowledgement : Type.nonConfirmable;
    const id = confirmable ? message.id : outlet.nextId();
    const code = this.#server.respond(message, peer, type, id, outlet.message, now_ms);
    if (code === Code.badOption) {
      this.counters.criticalOption++;
      // A non-confirmable request with such an option is rejected, not answered (section 5.4.1).
      if (!confirmable) return;
    }
    this.counters.requests++;
    // The acknowledgement of a confirmable one carries its response, so that leaving that out would save nothing.
    if (confirmable || !this.#server.isUnwanted(code)) outlet.send(peer);
    // A repeated non-confirmable request is ignored (section 4.5), so its answer need not be kept.
    this.#duplicates.remember(
      peer,
      message.id,
      now_ms,
      outlet.message.bytes,
      confirmable ? outlet.message.length : 0,
    );
  }

  private response(message: Message, peer: Peer): void {
    const outlet = this.#outlet;
    const exchange = this.#client.match(message, peer);
    if (exchange === undefined) {
      this.counters.unmatched++;
      outlet.reject(peer, message.type, message.id);
      return;
    }
    if (!this.#client.understands(message)) {
      this.counters.criticalOption++;
      outlet.reject(peer, message.type, message.id);
      return;
    }
    if (message.type === Type.confirmable) {
      outlet.sendEmpty(peer, Type.acknowledgement, message.id);
      this.#duplicates.remember(
        peer,
        message.id,
        this.#kernel.now_ms(),
        outlet.message.bytes,
        outlet.message.length,
      );
    }
    this.#client.accept(exchange, message);
  }
}
