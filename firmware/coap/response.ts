import { Block } from "firmware/coap/block";
import { type Message, OptionCursor, OptionNumber } from "firmware/coap/message";
import { ContentFormat } from "firmware/coap/resource";

const MAX_ETAG_BYTES = 8;

/** What the options of a received response say. Made once and reused. */
export class IncomingResponse {
  contentFormat: number = ContentFormat.none;
  readonly block1 = new Block();
  readonly block2 = new Block();
  /** The ETag, where it lies in the message's bytes; length 0: none. */
  etagAt = 0;
  etagLength = 0;
  readonly #cursor = new OptionCursor();

  /** Takes up the options; false when a critical one cannot be used (RFC 7252, section 5.4.1). */
  read(message: Message): boolean {
    this.contentFormat = ContentFormat.none;
    this.block1.clear();
    this.block2.clear();
    this.etagLength = 0;
    const cursor = this.#cursor;
    cursor.start(message);
    let previous = -1;
    while (cursor.next()) {
      const repeated = cursor.number === previous;
      previous = cursor.number;
      if (!this.option(cursor, repeated) && (cursor.number & 1) === 1) return false;
    }
    return true;
  }

  /** Answers whether the option could be used. */
  private option(cursor: OptionCursor, repeated: boolean): boolean {
    const length = cursor.length;
    if (repeated) return false;
    switch (cursor.number) {
      case OptionNumber.block1:
        return length <= 3 && this.block1.decode(cursor.uint());
      case OptionNumber.block2:
        return length <= 3 && this.block2.decode(cursor.uint());
      case OptionNumber.contentFormat:
        if (length <= 2) this.contentFormat = cursor.uint();
        return true;
      case OptionNumber.etag:
        if (length > MAX_ETAG_BYTES) return true;
        this.etagAt = cursor.at;
        this.etagLength = length;
        return true;
      default:
        return false;
    }
  }
}
