import { encodeBlock } from "firmware/coap/block";
import { type Message, type MessageBuilder, OptionNumber, Type } from "firmware/coap/message";
import { ContentFormat } from "firmware/coap/resource";
import type { IncomingResponse } from "firmware/coap/response";
import { Peer } from "firmware/ip/socket";

/** What a client asks for. Copied when it is given, except the body, which stays the caller's until the answer. */
export interface Call {
  readonly peer: Peer;
  /** A method: `Code.get`, `Code.put`, `Code.post` or `Code.delete`. */
  readonly code: number;
  /** ASCII, without the leading slash. */
  readonly path: string;
  /** ASCII, such as `since=5&n=3`. */
  readonly query?: string;
  /** The content format that is wanted. */
  readonly accept?: number;
  /** Its first `bodyLength` bytes (all by default) are sent, in blocks where they are many. */
  readonly body?: Uint8Array;
  readonly bodyLength?: number;
  /** Of the body. */
  readonly contentFormat?: number;
}

/** Why a request ended without an answer. */
export const Failure = Object.freeze({
  none: 0,
  /** No acknowledgement after all retransmissions. */
  timeout: 1,
  /** The peer rejected the message. */
  reset: 2,
  /** Acknowledged, but no response followed within MAX_TRANSMIT_WAIT. */
  noResponse: 3,
  /** The answer's body does not fit the room there is. */
  tooLarge: 4,
  /** A block that does not continue what came before, or belongs to another version of the body. */
  block: 5,
});

/** How a request ended; valid during the call only. */
export class Answer {
  /** A {@link Failure}; all but `call` is meaningless unless it is `none`. */
  failure = 0;
  /** What `request` answered. */
  call = 0;
  /** A response code, which may well be an error. */
  code = 0;
  contentFormat: number = ContentFormat.none;
  body: Uint8Array = new Uint8Array(0);
  bodyOffset = 0;
  bodyLength = 0;
}

export type AnswerHandler = (answer: Answer) => void;

export const ExchangeState = Object.freeze({
  free: 0,
  /** Waits until the peer has answered an earlier request (NSTART). */
  queued: 1,
  /** Sent, not acknowledged: it is retransmitted. */
  sent: 2,
  /** Acknowledged with an empty message: the response comes by itself. */
  acknowledged: 3,
});

export const TOKEN_BYTES = 4;
const MAX_ETAG_BYTES = 8;
const AMPERSAND = 0x26;

/** One request of a client, from the call to the last block of its answer. */
export class Exchange {
  state: number = ExchangeState.free;
  call = 0;
  readonly peer = new Peer();
  handler: AnswerHandler = ignore;
  /** Of the message that is under way. */
  id = 0;
  readonly token = new Uint8Array(TOKEN_BYTES);
  timeout_ms = 0;
  due_ms = 0;
  retransmissions = 0;
  /** The answer's body, as far as it came in blocks. */
  readonly received: Uint8Array;
  receivedLength = 0;

  #code = 0;
  #path = "";
  #query = "";
  #accept: number = ContentFormat.none;
  #contentFormat: number = ContentFormat.none;
  #body: Uint8Array | undefined;
  #bodyLength = 0;
  /** How much of the body the peer has taken. */
  #bodySent = 0;
  /** SZX of the body's blocks, -1 while it goes whole. */
  #szx1 = -1;
  #szx2 = 0;
  readonly #etag = new Uint8Array(MAX_ETAG_BYTES);
  #etagLength = 0;

  /** @param takenBytes the greatest body that an answer in blocks may have */
  constructor(takenBytes: number) {
    this.received = new Uint8Array(takenBytes);
  }

  /** @param szx of the body's blocks, if it goes in blocks; -1 if it goes whole */
  begin(call: Call, bodyLength: number, szx: number, handler: AnswerHandler): void {
    this.peer.copyFrom(call.peer);
    this.handler = handler;
    this.#code = call.code;
    this.#path = call.path;
    this.#query = call.query ?? "";
    this.#accept = call.accept ?? ContentFormat.none;
    this.#contentFormat = call.contentFormat ?? ContentFormat.none;
    this.#body = call.body;
    this.#bodyLength = bodyLength;
    this.#bodySent = 0;
    this.#szx1 = szx;
    this.receivedLength = 0;
  }

  /** Lets go of what belongs to the caller. */
  end(): void {
    this.state = ExchangeState.free;
    this.handler = ignore;
    this.#body = undefined;
  }

  /** Whether a response carries this exchange's token. */
  hasToken(message: Message): boolean {
    if (message.tokenLength !== TOKEN_BYTES) return false;
    for (let i = 0; i < TOKEN_BYTES; i++)
      if (message.bytes[message.tokenAt + i] !== this.token[i]) return false;
    return true;
  }

  /** Writes the message that is due: the request, its next block, or the request for the answer's next block. */
  write(message: MessageBuilder): void {
    const fetching = this.receivedLength > 0;
    const sending = this.#body !== undefined && !fetching;
    message.start(Type.confirmable, this.#code, this.id, this.token, 0, TOKEN_BYTES);
    message.path(this.#path);
    if (sending && this.#contentFormat !== ContentFormat.none) {
      message.uintOption(OptionNumber.contentFormat, this.#contentFormat);
    }
    message.textOptions(OptionNumber.uriQuery, this.#query, AMPERSAND);
    if (this.#accept !== ContentFormat.none) message.uintOption(OptionNumber.accept, this.#accept);
    if (fetching) {
      message.uintOption(OptionNumber.block2, encodeBlock(this.receivedLength, false, this.#szx2));
    }
    if (!sending) return;
    const count = this.blockLength();
    if (this.#szx1 >= 0) {
      const more = this.#bodySent + count < this.#bodyLength;
      message.uintOption(OptionNumber.block1, encodeBlock(this.#bodySent, more, this.#szx1));
      if (this.#bodySent === 0) message.uintOption(OptionNumber.size1, this.#bodyLength);
    }
    message.payload(this.#body!, this.#bodySent, count);
  }

  /** The peer took a block of the body and asks for the next. False when that cannot be. */
  continueBody(response: IncomingResponse): boolean {
    const block = response.block1;
    const sent = this.#bodySent + this.blockLength();
    if (this.#szx1 < 0 || !block.present || sent >= this.#bodyLength || this.receivedLength > 0) return false;
    if (block.number !== this.#bodySent >> (this.#szx1 + 4)) return false;
    this.#bodySent = sent;
    // The peer may ask for smaller blocks, never for larger ones (RFC 7959, section 2.3).
    if (block.szx < this.#szx1) this.#szx1 = block.szx;
    return true;
  }

  /** Adds a block of the answer. Answers a {@link Failure}. */
  addBlock(response: IncomingResponse, message: Message): number {
    const block = response.block2;
    const length = message.payloadLength;
    if (block.offset !== this.receivedLength) return Failure.block;
    if (block.more ? length !== block.size : length > block.size) return Failure.block;
    if (this.receivedLength === 0) this.keepEtag(response, message);
    else if (!this.sameEtag(response, message)) return Failure.block;
    if (this.receivedLength + length > this.received.length) return Failure.tooLarge;
    for (let i = 0; i < length; i++)
      this.received[this.receivedLength + i] = message.bytes[message.payloadAt + i]!;
    this.receivedLength += length;
    this.#szx2 = block.szx;
    return Failure.none;
  }

  private blockLength(): number {
    const left = this.#bodyLength - this.#bodySent;
    return this.#szx1 < 0 ? left : Math.min(16 << this.#szx1, left);
  }

  private keepEtag(response: IncomingResponse, message: Message): void {
    this.#etagLength = response.etagLength;
    for (let i = 0; i < response.etagLength; i++) this.#etag[i] = message.bytes[response.etagAt + i]!;
  }

  private sameEtag(response: IncomingResponse, message: Message): boolean {
    if (response.etagLength !== this.#etagLength) return false;
    for (let i = 0; i < this.#etagLength; i++) {
      if (this.#etag[i] !== message.bytes[response.etagAt + i]) return false;
    }
    return true;
  }
}

function ignore(): void {}
