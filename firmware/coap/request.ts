import { Block } from "firmware/coap/block";
import { Message, OptionCursor, OptionNumber } from "firmware/coap/message";
import { Code, ContentFormat, type Request } from "firmware/coap/resource";
import { Peer } from "firmware/ip/socket";

const EQUALS = 0x3d;
const SLASH = 0x2f;
const DIGIT_0 = 0x30;

/** The request being served: what its options ask for, over the received message. Made once and reused. */
export class IncomingRequest implements Request {
  body: Uint8Array = new Uint8Array(0);
  bodyOffset = 0;
  bodyLength = 0;
  contentFormat: number = ContentFormat.none;
  /** The content format that is wanted, or {@link ContentFormat}.none. */
  accept: number = ContentFormat.none;
  readonly block1 = new Block();
  readonly block2 = new Block();
  /** Announced size of the body that comes in blocks, or 0. */
  size1 = 0;
  /** The size of the answer's body is asked for. */
  wantsSize2 = false;
  method = 0;
  /** Classes of response that are not wanted (RFC 7967, section 2.1): 2 for 2.xx, 8 for 4.xx, 16 for 5.xx. */
  unwanted = 0;
  readonly peer = new Peer();
  #message = new Message();
  readonly #cursor = new OptionCursor();

  /** Takes up the options and the payload; answers {@link Code}.empty, or the code that refuses the request. */
  read(message: Message, peer: Peer): number {
    this.#message = message;
    this.method = message.code;
    this.body = message.bytes;
    this.bodyOffset = message.payloadAt;
    this.bodyLength = message.payloadLength;
    this.contentFormat = ContentFormat.none;
    this.accept = ContentFormat.none;
    this.block1.clear();
    this.block2.clear();
    this.size1 = 0;
    this.wantsSize2 = false;
    this.unwanted = 0;
    this.peer.copyFrom(peer);
    const cursor = this.#cursor;
    cursor.start(message);
    let previous = -1;
    let refusal: number = Code.empty;
    while (cursor.next()) {
      // A second one of an option that may be there once is as an unrecognised one (RFC 7252, section 5.4.5).
      const repeatable = cursor.number === OptionNumber.uriPath || cursor.number === OptionNumber.uriQuery;
      const repeated = cursor.number === previous && !repeatable;
      previous = cursor.number;
      const code = this.option(cursor, repeated);
      if (code !== Code.empty && refusal === Code.empty) refusal = code;
    }
    return refusal;
  }

  /** Whether the Uri-Path is `path` (without its leading slash). */
  pathIs(path: string): boolean {
    const cursor = this.#cursor;
    const bytes = this.#message.bytes;
    let at = 0;
    let first = true;
    cursor.start(this.#message);
    while (cursor.next()) {
      if (cursor.number !== OptionNumber.uriPath) continue;
      if (!first && path.charCodeAt(at++) !== SLASH) return false;
      first = false;
      // Past its end a string's character codes are NaN, which equals no byte.
      for (let i = 0; i < cursor.length; i++)
        if (path.charCodeAt(at++) !== bytes[cursor.at + i]) return false;
    }
    return at === path.length;
  }

  queryInteger(name: string, absent: number): number {
    const at = this.query(name);
    if (at < 0) return absent;
    const cursor = this.#cursor;
    const end = cursor.at + cursor.length;
    if (at === end) return NaN;
    let value = 0;
    for (let i = at; i < end; i++) {
      const digit = this.#message.bytes[i] - DIGIT_0;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
      if (value > Number.MAX_SAFE_INTEGER) return NaN;
    }
    return value;
  }

  /** The first query as it stands, or an empty string. Builds a string: for requests that are rare. */
  firstQuery(): string {
    const cursor = this.#cursor;
    let text = "";
    cursor.start(this.#message);
    while (cursor.next() && cursor.number <= OptionNumber.uriQuery) {
      if (cursor.number !== OptionNumber.uriQuery) continue;
      for (let i = 0; i < cursor.length; i++) text += String.fromCharCode(this.#message.bytes[cursor.at + i]);
      break;
    }
    return text;
  }

  /** Copies all queries, each after its length; answers the bytes written, or -1 when there is no room. */
  copyQueries(into: Uint8Array): number {
    const cursor = this.#cursor;
    let at = 0;
    cursor.start(this.#message);
    while (cursor.next()) {
      if (cursor.number !== OptionNumber.uriQuery) continue;
      if (at + 1 + cursor.length > into.length) return -1;
      into[at++] = cursor.length;
      for (let i = 0; i < cursor.length; i++) into[at++] = this.#message.bytes[cursor.at + i]!;
    }
    return at;
  }

  /** Puts the cursor on the first query of that name; answers where its value starts, or -1. */
  private query(name: string): number {
    const cursor = this.#cursor;
    const bytes = this.#message.bytes;
    cursor.start(this.#message);
    while (cursor.next()) {
      if (cursor.number !== OptionNumber.uriQuery || cursor.length <= name.length) continue;
      let same = 0;
      while (same < name.length && bytes[cursor.at + same] === name.charCodeAt(same)) same++;
      if (same === name.length && bytes[cursor.at + same] === EQUALS) return cursor.at + same + 1;
    }
    return -1;
  }

  private option(cursor: OptionCursor, repeated: boolean): number {
    const number = cursor.number;
    if (number === OptionNumber.proxyUri || number === OptionNumber.proxyScheme)
      return Code.proxyingNotSupported;
    // What cannot be used is ignored where it is elective, and refused where it is critical (section 5.4.1).
    if (repeated || !lengthFits(number, cursor.length))
      return (number & 1) === 1 ? Code.badOption : Code.empty;
    switch (number) {
      case OptionNumber.contentFormat:
        this.contentFormat = cursor.uint();
        break;
      case OptionNumber.accept:
        this.accept = cursor.uint();
        break;
      case OptionNumber.block1:
        return this.block1.decode(cursor.uint()) ? Code.empty : Code.badRequest;
      case OptionNumber.block2:
        return this.block2.decode(cursor.uint()) ? Code.empty : Code.badRequest;
      case OptionNumber.size1:
        this.size1 = cursor.uint();
        break;
      case OptionNumber.size2:
        this.wantsSize2 = true;
        break;
      case OptionNumber.noResponse:
        this.unwanted = cursor.uint();
        break;
    }
    return Code.empty;
  }
}

/** Whether an option is known and may have this length (RFC 7252, section 5.10; RFC 7959, sections 2.1 and 4; RFC 7967). */
function lengthFits(number: number, length: number): boolean {
  switch (number) {
    // Every name and port leads here: there are no virtual hosts.
    case OptionNumber.uriHost:
      return length >= 1 && length <= 255;
    case OptionNumber.uriPath:
    case OptionNumber.uriQuery:
      return length <= 255;
    case OptionNumber.uriPort:
    case OptionNumber.contentFormat:
    case OptionNumber.accept:
      return length <= 2;
    case OptionNumber.block1:
    case OptionNumber.block2:
      return length <= 3;
    case OptionNumber.size1:
    case OptionNumber.size2:
      return length <= 4;
    case OptionNumber.noResponse:
      return length <= 1;
    default:
      return false;
  }
}
