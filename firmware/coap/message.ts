import { Reader, Writer } from "firmware/codec/cursor";

/** Message types (RFC 7252, section 3). */
export const Type = Object.freeze({ confirmable: 0, nonConfirmable: 1, acknowledgement: 2, reset: 3 });

/** Option numbers of RFC 7252, section 12.2, RFC 7959, section 6, and RFC 7967. Odd ones are critical. */
export const OptionNumber = Object.freeze({
  uriHost: 3,
  etag: 4,
  uriPort: 7,
  uriPath: 11,
  contentFormat: 12,
  uriQuery: 15,
  accept: 17,
  block2: 23,
  block1: 27,
  size2: 28,
  proxyUri: 35,
  proxyScheme: 39,
  size1: 60,
  noResponse: 258,
});

/** What {@link Message.parse} found. */
export const ParseResult = Object.freeze({
  ok: 0,
  /** Less than a header: nothing is known of it. */
  tooShort: 1,
  /** Another version than 1: to be ignored (section 3). */
  version: 2,
  /** A message format error; type, code and id are known. */
  format: 3,
});

export const HEADER_BYTES = 4;
export const MAX_TOKEN_BYTES = 8;
const VERSION = 1;
const PAYLOAD_MARKER = 0xff;
const MAX_OPTION_NUMBER = 65535;
const SLASH = 0x2f;

/** A view of one received message: offsets into the datagram. Made once and reused. */
export class Message {
  bytes: Uint8Array = new Uint8Array(0);
  /** A {@link Type}. */
  type = 0;
  code = 0;
  id = 0;
  tokenAt = 0;
  tokenLength = 0;
  optionsAt = 0;
  /** Where the options end, the payload marker not counted. */
  optionsEnd = 0;
  payloadAt = 0;
  payloadLength = 0;
  readonly #cursor = new OptionCursor();

  /** Takes a datagram apart, down to the form of every option. Answers a {@link ParseResult}. */
  parse(bytes: Uint8Array, offset: number, length: number): number {
    if (length < HEADER_BYTES) return ParseResult.tooShort;
    const first = bytes[offset];
    if (first >> 6 !== VERSION) return ParseResult.version;
    const end = offset + length;
    this.bytes = bytes;
    this.type = (first >> 4) & 3;
    this.tokenLength = first & 15;
    this.code = bytes[offset + 1]!;
    this.id = (bytes[offset + 2] << 8) | bytes[offset + 3];
    this.tokenAt = offset + HEADER_BYTES;
    this.optionsAt = this.tokenAt + this.tokenLength;
    this.optionsEnd = end;
    this.payloadAt = end;
    this.payloadLength = 0;
    // An empty message is a header and nothing else (section 4.1).
    if (this.code === 0 && (length > HEADER_BYTES || this.tokenLength > 0)) return ParseResult.format;
    if (this.tokenLength > MAX_TOKEN_BYTES || this.optionsAt > end) return ParseResult.format;
    const cursor = this.#cursor;
    cursor.start(this);
    while (cursor.next());
    if (!cursor.ok) return ParseResult.format;
    if (cursor.end < end) {
      this.optionsEnd = cursor.end;
      this.payloadAt = cursor.end + 1;
      this.payloadLength = end - this.payloadAt;
      // A marker with nothing after it is an error (section 3).
      if (this.payloadLength === 0) return ParseResult.format;
    }
    return ParseResult.ok;
  }
}

/** Walks over the options of a message, in their order. */
export class OptionCursor {
  number = 0;
  /** Where the value of the current option starts in the message's bytes, and its length. */
  at = 0;
  length = 0;
  /** False after a format error. */
  ok = true;
  /** Where the walk has come to: the end of the options once {@link next} answered false. */
  end = 0;
  readonly #reader = new Reader(new Uint8Array(0));

  start(message: Message): void {
    this.#reader.reset(message.bytes, message.optionsAt, message.optionsEnd);
    this.number = 0;
    this.ok = true;
    this.end = message.optionsAt;
  }

  /** Goes to the next option; false at the end and on a format error. */
  next(): boolean {
    const reader = this.#reader;
    if (reader.remaining === 0) return false;
    const first = reader.u8();
    if (first === PAYLOAD_MARKER) return false;
    this.number += this.extended(first >> 4);
    this.length = this.extended(first & 15);
    this.at = reader.take(this.length);
    this.end = reader.at;
    this.ok = reader.ok && this.number <= MAX_OPTION_NUMBER;
    return this.ok;
  }

  /** The current value as an unsigned integer (section 3.2), of at most 4 bytes. */
  uint(): number {
    const bytes = this.#reader.bytes;
    let value = 0;
    for (let i = 0; i < this.length; i++) value = ((value << 8) | bytes[this.at + i]) >>> 0;
    return value;
  }

  /** Delta and length in their extended forms (section 3.1). */
  private extended(nibble: number): number {
    if (nibble < 13) return nibble;
    if (nibble === 13) return this.#reader.u8() + 13;
    if (nibble === 14) return this.#reader.u16() + 269;
    this.#reader.ok = false;
    return 0;
  }
}

/** Writes one message after the other into one buffer. Options are given in ascending order. */
export class MessageBuilder {
  readonly bytes: Uint8Array;
  readonly #writer: Writer;
  #number = 0;

  /** @param size greatest message, bytes */
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#writer = new Writer(this.bytes);
  }

  /** False when something did not fit. */
  get ok(): boolean {
    return this.#writer.ok;
  }

  get length(): number {
    return this.#writer.length;
  }

  start(
    type: number,
    code: number,
    id: number,
    token: Uint8Array,
    tokenAt: number,
    tokenLength: number,
  ): void {
    const writer = this.#writer;
    writer.reset(this.bytes, 0, this.bytes.length);
    writer.u8((VERSION << 6) | (type << 4) | tokenLength);
    writer.u8(code);
    writer.u16(id);
    writer.copy(token, tokenAt, tokenLength);
    this.#number = 0;
  }

  /** A message without token, options and payload: an empty one, or what stands for one. */
  startEmpty(type: number, id: number): void {
    this.start(type, 0, id, this.bytes, 0, 0);
  }

  option(number: number, value: Uint8Array, at: number, length: number): void {
    this.header(number, length);
    this.#writer.copy(value, at, length);
  }

  /** In the fewest bytes (section 3.2); `value` below 2^32. */
  uintOption(number: number, value: number): void {
    let length = 0;
    while (length < 4 && value >>> (8 * length) !== 0) length++;
    this.header(number, length);
    for (let i = length - 1; i >= 0; i--) this.#writer.u8((value >>> (8 * i)) & 0xff);
  }

  /**
   * One option for each part of an ASCII string, as for Uri-Path and Uri-Query.
   * @param separator character code between the parts
   */
  textOptions(number: number, text: string, separator: number): void {
    const length = text.length;
    if (length === 0) return;
    let from = 0;
    for (let i = 0; i <= length; i++) {
      if (i < length && text.charCodeAt(i) !== separator) continue;
      this.header(number, i - from);
      for (; from < i; from++) this.#writer.u8(text.charCodeAt(from));
      from = i + 1;
    }
  }

  /** Uri-Path options of a path without its leading slash. */
  path(path: string): void {
    this.textOptions(OptionNumber.uriPath, path, SLASH);
  }

  /** Comes last; nothing is written for an empty payload. */
  payload(bytes: Uint8Array, at: number, length: number): void {
    if (length === 0) return;
    this.#writer.u8(PAYLOAD_MARKER);
    this.#writer.copy(bytes, at, length);
  }

  private header(number: number, length: number): void {
    const writer = this.#writer;
    const delta = number - this.#number;
    if (delta < 0) writer.ok = false;
    this.#number = number;
    writer.u8((nibble(delta) << 4) | nibble(length));
    this.extension(delta);
    this.extension(length);
  }

  private extension(value: number): void {
    if (value >= 269) this.#writer.u16(value - 269);
    else if (value >= 13) this.#writer.u8(value - 13);
  }
}

function nibble(value: number): number {
  return value < 13 ? value : value < 269 ? 13 : 14;
}
