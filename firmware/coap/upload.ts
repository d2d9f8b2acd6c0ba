import type { IncomingRequest } from "firmware/coap/request";
import { Code, type Resource } from "firmware/coap/resource";
import { Peer } from "firmware/ip/socket";

/**
 * The one request body that is being received in blocks (RFC 7959, section 2.5). A new one takes the place of one
 * that is under way; its sender is told with 4.08 and starts again.
 */
export class Upload {
  readonly #body: Uint8Array;
  #length = 0;
  readonly #peer = new Peer();
  #resource: Resource | undefined;
  #method = 0;
  #last_ms = -Infinity;

  /** @param lifetime_ms how long it waits for the next block */
  constructor(
    bodyBytes: number,
    private readonly lifetime_ms: number,
  ) {
    this.#body = new Uint8Array(bodyBytes);
  }

  /**
   * Adds a block. Answers {@link Code}.empty when the body is complete (and is then the request's), 2.31 when more
   * is to come, or the code that refuses the block.
   */
  add(peer: Peer, resource: Resource, request: IncomingRequest, now_ms: number): number {
    const block = request.block1;
    const length = request.bodyLength;
    if (block.more ? length !== block.size : length > block.size) return Code.badRequest;
    if (block.number === 0) {
      this.#peer.copyFrom(peer);
      this.#resource = resource;
      this.#method = request.method;
      this.#length = 0;
    } else if (!this.continues(peer, resource, request, now_ms)) {
      return Code.requestEntityIncomplete;
    }
    const capacity = this.#body.length;
    if (this.#length + length > capacity || request.size1 > capacity) {
      this.#resource = undefined;
      return Code.requestEntityTooLarge;
    }
    for (let i = 0; i < length; i++) this.#body[this.#length + i] = request.body[request.bodyOffset + i]!;
    this.#length += length;
    this.#last_ms = now_ms;
    if (block.more) return Code.continue;
    this.#resource = undefined;
    request.body = this.#body;
    request.bodyOffset = 0;
    request.bodyLength = this.#length;
    return Code.empty;
  }

  private continues(peer: Peer, resource: Resource, request: IncomingRequest, now_ms: number): boolean {
    return (
      resource === this.#resource &&
      request.method === this.#method &&
      request.block1.offset === this.#length &&
      now_ms - this.#last_ms < this.lifetime_ms &&
      this.#peer.equals(peer)
    );
  }
}
