import { szxOf } from "firmware/coap/block";
import {
  Answer,
  type AnswerHandler,
  type Call,
  Exchange,
  ExchangeState,
  Failure,
  TOKEN_BYTES,
} from "firmware/coap/exchange";
import { type Message, OptionNumber, Type } from "firmware/coap/message";
import type { Outlet } from "firmware/coap/outlet";
import { Code } from "firmware/coap/resource";
import { IncomingResponse } from "firmware/coap/response";
import type { Transmission } from "firmware/coap/transmission";
import { isMulticast } from "firmware/ip/address";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { Peer } from "firmware/ip/socket";
import type { Entropy } from "hal/entropy";

/** None of class 2, 4 or 5 (RFC 7967, section 2.1). */
const NO_RESPONSE = 26;
/** What {@link Client.request} answers when it cannot take a call. */
export const NO_CALL = 0;
/** Greatest path and query together: with it every message of an exchange fits the outlet. */
export const MAX_URI_BYTES = 44;

export interface ClientOptions {
  readonly kernel: Kernel;
  readonly entropy: Entropy;
  readonly outlet: Outlet;
  readonly transmission: Transmission;
  readonly exchanges: number;
  readonly takenBytes: number;
  readonly preferredBlock: number;
  readonly maxUnfragmented: number;
}

/**
 * Sends confirmable requests until they are answered or given up (RFC 7252, section 4.2), and puts answers that come
 * in blocks together (RFC 7959). To one peer goes one at a time (NSTART, section 4.7); the others wait their turn.
 */
export class Client {
  readonly #kernel: Kernel;
  readonly #entropy: Entropy;
  readonly #outlet: Outlet;
  readonly #transmission: Transmission;
  readonly #preferredSzx: number;
  readonly #maxUnfragmented: number;
  readonly #exchanges: Exchange[] = [];
  readonly #timer: Timer;
  readonly #response = new IncomingResponse();
  readonly #answer = new Answer();
  readonly #random = new Uint8Array(2);
  readonly #token = new Uint8Array(TOKEN_BYTES);
  #calls = NO_CALL;

  constructor(options: ClientOptions) {
    this.#kernel = options.kernel;
    this.#entropy = options.entropy;
    this.#outlet = options.outlet;
    this.#transmission = options.transmission;
    this.#preferredSzx = szxOf(options.preferredBlock);
    this.#maxUnfragmented = options.maxUnfragmented;
    for (let i = 0; i < options.exchanges; i++) this.#exchanges.push(new Exchange(options.takenBytes));
    this.#timer = new Timer(options.kernel, () => this.onTimer());
    options.entropy.fill(this.#token);
  }

  /** See `CoapEndpoint.request`. */
  request(call: Call, handler: AnswerHandler): number {
    if (call.path.length + (call.query ?? "").length > MAX_URI_BYTES) return NO_CALL;
    const exchange = this.free();
    if (exchange === undefined) return NO_CALL;
    const bodyLength = call.bodyLength ?? (call.body === undefined ? 0 : call.body.length);
    exchange.begin(call, bodyLength, bodyLength > this.#maxUnfragmented ? this.#preferredSzx : -1, handler);
    exchange.call = ++this.#calls;
    this.send(exchange);
    this.schedule();
    return exchange.call;
  }

  /** See `CoapEndpoint.sendOnce`. */
  sendOnce(call: Call): boolean {
    const outlet = this.#outlet;
    const message = outlet.message;
    message.start(Type.nonConfirmable, call.code, outlet.nextId(), this.#token, 0, 0);
    message.path(call.path);
    if (call.contentFormat !== undefined) message.uintOption(OptionNumber.contentFormat, call.contentFormat);
    if (!isMulticast(call.peer.address)) message.uintOption(OptionNumber.noResponse, NO_RESPONSE);
    if (call.body !== undefined) message.payload(call.body, 0, call.bodyLength ?? call.body.length);
    outlet.counters.requestsSent++;
    return outlet.send(call.peer);
  }

  /** See `CoapEndpoint.cancel`. */
  cancel(call: number): void {
    const exchanges = this.#exchanges;
    for (let i = 0; i < exchanges.length; i++) {
      const exchange = exchanges[i];
      if (exchange.state === ExchangeState.free || exchange.call !== call) continue;
      exchange.end();
      this.sendQueued(exchange.peer);
      this.schedule();
    }
  }

  /** An empty acknowledgement. False: of nothing that is under way. */
  acknowledge(peer: Peer, id: number): boolean {
    const exchange = this.sent(peer, id);
    if (exchange === undefined) return false;
    exchange.state = ExchangeState.acknowledged;
    exchange.due_ms = this.#kernel.now_ms() + this.#transmission.transmitWait_ms;
    this.sendQueued(peer);
    this.schedule();
    return true;
  }

  /** A reset. False: of nothing that is under way. */
  reset(peer: Peer, id: number): boolean {
    const exchange = this.sent(peer, id);
    if (exchange === undefined) return false;
    this.finish(exchange, Failure.reset);
    this.schedule();
    return true;
  }

  /** The exchange that a response belongs to (RFC 7252, section 5.3.2). */
  match(message: Message, peer: Peer): Exchange | undefined {
    const exchanges = this.#exchanges;
    for (let i = 0; i < exchanges.length; i++) {
      const exchange = exchanges[i];
      if (exchange.state < ExchangeState.sent || !exchange.hasToken(message) || !exchange.peer.equals(peer))
        continue;
      if (message.type !== Type.acknowledgement) return exchange;
      if (exchange.state === ExchangeState.sent && exchange.id === message.id) return exchange;
    }
    return undefined;
  }

  /** Whether all critical options of a response are understood; it is then ready for {@link accept}. */
  understands(message: Message): boolean {
    return this.#response.read(message);
  }

  /** Goes on with the exchange after the response that {@link understands} took up. */
  accept(exchange: Exchange, message: Message): void {
    const response = this.#response;
    const block = response.block2;
    if (message.code === Code.continue) {
      if (exchange.continueBody(response)) this.send(exchange);
      else this.finish(exchange, Failure.block);
    } else if (
      message.code < Code.badRequest &&
      (exchange.receivedLength > 0 || block.more || block.number > 0)
    ) {
      const failure = exchange.addBlock(response, message);
      if (failure !== Failure.none) this.finish(exchange, failure);
      else if (block.more) this.send(exchange);
      else this.deliver(exchange, message.code, exchange.received, 0, exchange.receivedLength);
    } else {
      this.deliver(exchange, message.code, message.bytes, message.payloadAt, message.payloadLength);
    }
    this.schedule();
  }

  private free(): Exchange | undefined {
    const exchanges = this.#exchanges;
    for (let i = 0; i < exchanges.length; i++) {
      if (exchanges[i].state === ExchangeState.free) return exchanges[i];
    }
    return undefined;
  }

  /** The exchange whose message of that id is not acknowledged yet. */
  private sent(peer: Peer, id: number): Exchange | undefined {
    const exchanges = this.#exchanges;
    for (let i = 0; i < exchanges.length; i++) {
      const exchange = exchanges[i];
      if (exchange.state === ExchangeState.sent && exchange.id === id && exchange.peer.equals(peer))
        return exchange;
    }
    return undefined;
  }

  private busy(peer: Peer, but: Exchange): boolean {
    const exchanges = this.#exchanges;
    for (let i = 0; i < exchanges.length; i++) {
      const exchange = exchanges[i];
      if (exchange !== but && exchange.state === ExchangeState.sent && exchange.peer.equals(peer))
        return true;
    }
    return false;
  }

  /** Sends the next message of an exchange, or queues it behind the one that its peer has yet to acknowledge. */
  private send(exchange: Exchange): void {
    if (this.busy(exchange.peer, exchange)) {
      exchange.state = ExchangeState.queued;
      return;
    }
    exchange.state = ExchangeState.sent;
    exchange.id = this.#outlet.nextId();
    this.nextToken(exchange.token);
    exchange.retransmissions = 0;
    exchange.timeout_ms = this.#transmission.ackTimeout_ms + this.jitter_ms();
    this.#outlet.counters.requestsSent++;
    this.transmit(exchange);
  }

  private transmit(exchange: Exchange): void {
    const outlet = this.#outlet;
    exchange.write(outlet.message);
    exchange.due_ms = this.#kernel.now_ms() + exchange.timeout_ms;
    outlet.send(exchange.peer);
  }

  /** The longest waiting exchange with `peer` has its turn. */
  private sendQueued(peer: Peer): void {
    const exchanges = this.#exchanges;
    let first: Exchange | undefined;
    for (let i = 0; i < exchanges.length; i++) {
      const exchange = exchanges[i];
      if (exchange.state !== ExchangeState.queued || !exchange.peer.equals(peer)) continue;
      if (first === undefined || exchange.call < first.call) first = exchange;
    }
    if (first !== undefined) this.send(first);
  }

  private onTimer(): void {
    const exchanges = this.#exchanges;
    const now = this.#kernel.now_ms();
    for (let i = 0; i < exchanges.length; i++) {
      const exchange = exchanges[i];
      if (exchange.state < ExchangeState.sent || exchange.due_ms > now) continue;
      if (exchange.state === ExchangeState.acknowledged) this.finish(exchange, Failure.noResponse);
      else if (exchange.retransmissions >= this.#transmission.maxRetransmit)
        this.finish(exchange, Failure.timeout);
      else this.retransmit(exchange);
    }
    this.schedule();
  }

  private retransmit(exchange: Exchange): void {
    exchange.retransmissions++;
    exchange.timeout_ms *= 2;
    this.#outlet.counters.retransmissions++;
    this.transmit(exchange);
  }

  private schedule(): void {
    const exchanges = this.#exchanges;
    let due_ms = Infinity;
    for (let i = 0; i < exchanges.length; i++) {
      const exchange = exchanges[i];
      if (exchange.state >= ExchangeState.sent && exchange.due_ms < due_ms) due_ms = exchange.due_ms;
    }
    if (due_ms === Infinity) this.#timer.stop();
    else if (!this.#timer.armed || this.#timer.due_ms !== due_ms) this.#timer.startAt(due_ms);
  }

  private deliver(exchange: Exchange, code: number, body: Uint8Array, offset: number, length: number): void {
    const answer = this.#answer;
    answer.code = code;
    answer.contentFormat = this.#response.contentFormat;
    answer.body = body;
    answer.bodyOffset = offset;
    answer.bodyLength = length;
    this.finish(exchange, Failure.none);
  }

  /** Frees the exchange before its handler runs, so that the handler can ask for the next thing. */
  private finish(exchange: Exchange, failure: number): void {
    const answer = this.#answer;
    const handler = exchange.handler;
    answer.failure = failure;
    answer.call = exchange.call;
    if (failure !== Failure.none) this.#outlet.counters.failures++;
    exchange.end();
    this.sendQueued(exchange.peer);
    handler(answer);
  }

  /** Between 0 and what ACK_RANDOM_FACTOR adds to ACK_TIMEOUT. */
  private jitter_ms(): number {
    const random = this.#random;
    this.#entropy.fill(random);
    return Math.floor((((random[0] << 8) | random[1]) * this.#transmission.ackSpread_ms) / 65535);
  }

  /** Counts on from a random start: none is in use twice (RFC 7252, section 5.3.1). */
  private nextToken(into: Uint8Array): void {
    const token = this.#token;
    for (let i = token.length - 1; i >= 0; i--) {
      token[i] = (token[i] + 1) & 0xff;
      if (token[i] !== 0) break;
    }
    for (let i = 0; i < token.length; i++) into[i] = token[i]!;
  }
}
