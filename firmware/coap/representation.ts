import type { IncomingRequest } from "firmware/coap/request";
import { ContentFormat, type Resource, type Response } from "firmware/coap/resource";
import { crc32 } from "firmware/codec/crc";
import { Writer } from "firmware/codec/cursor";
import { Peer } from "firmware/ip/socket";

/** Longer queries are rendered for every block anew, and their ETag tells whether the body is still the same. */
const MAX_QUERY_BYTES = 64;
const ETAG_BYTES = 4;

/** A body that was rendered once, and for whom and what: all its blocks come from here. */
export class Representation implements Response {
  readonly body: Writer;
  contentFormat: number = ContentFormat.none;
  code = 0;
  readonly etag = new Uint8Array(ETAG_BYTES);
  /** When it was last used for a block; -Infinity when no more blocks are to be expected. */
  used_ms = -Infinity;
  readonly #peer = new Peer();
  #resource: Resource | undefined;
  #method = 0;
  readonly #queries = new Uint8Array(MAX_QUERY_BYTES);
  #queryLength = -1;

  constructor(bodyBytes: number) {
    this.body = new Writer(new Uint8Array(bodyBytes));
  }

  /** Empties the body, for a request that is to be answered anew. */
  begin(peer: Peer, resource: Resource, request: IncomingRequest): void {
    this.body.reset(this.body.bytes, 0, this.body.bytes.length);
    this.contentFormat = ContentFormat.none;
    this.#peer.copyFrom(peer);
    this.#resource = resource;
    this.#method = request.method;
    this.#queryLength = request.copyQueries(this.#queries);
  }

  /** Keeps the body for the blocks that follow. The ETag is its CRC-32: equal bodies have equal tags. */
  keep(now_ms: number): void {
    this.used_ms = now_ms;
    const crc = crc32(this.body.bytes, 0, this.body.length);
    for (let i = 0; i < ETAG_BYTES; i++) this.etag[i] = crc >>> (24 - 8 * i);
  }

  /** @param queries of the request, with their lengths */
  isFor(peer: Peer, resource: Resource, method: number, queries: Uint8Array, queryLength: number): boolean {
    if (resource !== this.#resource || method !== this.#method || !this.#peer.equals(peer)) return false;
    if (queryLength < 0 || queryLength !== this.#queryLength) return false;
    for (let i = 0; i < queryLength; i++) if (queries[i] !== this.#queries[i]) return false;
    return true;
  }
}

/** The few bodies that a server holds at a time. */
export class Representations {
  readonly #all: Representation[] = [];
  readonly #queries = new Uint8Array(MAX_QUERY_BYTES);

  /** @param lifetime_ms how long a body waits for the request for its next block */
  constructor(
    count: number,
    bodyBytes: number,
    private readonly lifetime_ms: number,
  ) {
    for (let i = 0; i < count; i++) this.#all.push(new Representation(bodyBytes));
  }

  /** The body that this request wants another block of. */
  find(peer: Peer, resource: Resource, request: IncomingRequest, now_ms: number): Representation | undefined {
    const queryLength = request.copyQueries(this.#queries);
    const all = this.#all;
    for (let i = 0; i < all.length; i++) {
      const one = all[i];
      if (now_ms - one.used_ms >= this.lifetime_ms) continue;
      if (one.isFor(peer, resource, request.method, this.#queries, queryLength)) return one;
    }
    return undefined;
  }

  /** Room for a new body: an earlier one for the same request, else the one that has waited longest. */
  claim(peer: Peer, resource: Resource, request: IncomingRequest, now_ms: number): Representation {
    const all = this.#all;
    let chosen = this.find(peer, resource, request, now_ms);
    if (chosen === undefined) {
      chosen = all[0]!;
      for (let i = 1; i < all.length; i++) if (all[i].used_ms < chosen.used_ms) chosen = all[i]!;
    }
    chosen.used_ms = -Infinity;
    chosen.begin(peer, resource, request);
    return chosen;
  }
}
