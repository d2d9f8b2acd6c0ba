import type { Writer } from "firmware/codec/cursor";
import type { Peer } from "firmware/ip/socket";

/** Response codes of RFC 7252, section 12.1.2, and RFC 7959, section 2.9: class x 32 + detail. */
export const Code = Object.freeze({
  empty: 0x00,
  get: 0x01,
  post: 0x02,
  put: 0x03,
  delete: 0x04,
  created: 0x41,
  deleted: 0x42,
  valid: 0x43,
  changed: 0x44,
  content: 0x45,
  continue: 0x5f,
  badRequest: 0x80,
  unauthorized: 0x81,
  badOption: 0x82,
  forbidden: 0x83,
  notFound: 0x84,
  methodNotAllowed: 0x85,
  notAcceptable: 0x86,
  requestEntityIncomplete: 0x88,
  /** RFC 8132, section 4. */
  conflict: 0x89,
  requestEntityTooLarge: 0x8d,
  unsupportedContentFormat: 0x8f,
  internalServerError: 0xa0,
  serviceUnavailable: 0xa3,
  proxyingNotSupported: 0xa5,
});

/** Content formats (RFC 7252, section 12.3; RFC 8949). */
export const ContentFormat = Object.freeze({ none: -1, text: 0, link: 40, octets: 42, cbor: 60 });

/** A request as a resource sees it; valid during the call only. */
export interface Request {
  /** Who asks. */
  readonly peer: Peer;
  /** Body, already put together when it came in blocks. */
  readonly body: Uint8Array;
  readonly bodyOffset: number;
  readonly bodyLength: number;
  /** Content format of the body, or {@link ContentFormat}.none. */
  readonly contentFormat: number;

  /**
   * The unsigned decimal value of the query `name=123` (Uri-Query, RFC 7252, section 5.10.1).
   * @returns `absent` where there is no such query, NaN where its value is not a number below 2^53
   */
  queryInteger(name: string, absent: number): number;
}

/** What a resource answers with. */
export interface Response {
  /** Room for the whole body; larger than a frame, it goes out in blocks. */
  readonly body: Writer;
  contentFormat: number;
}

/**
 * One CoAP resource, kept beside its task. Handlers answer a {@link Code}; a body that did not fit (`body.ok` false)
 * becomes 5.00. Methods that are not there become 4.05.
 */
export interface Resource {
  /** Without the leading slash: `lp`, `.well-known/core`. */
  readonly path: string;
  /** Link attributes for discovery (RFC 6690), such as `rt="wm.lp";ct=60`. */
  readonly attributes: string;
  get?(request: Request, response: Response): number;
  put?(request: Request, response: Response): number;
  post?(request: Request, response: Response): number;
}
