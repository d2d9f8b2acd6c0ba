import { ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { Writer } from "firmware/codec/cursor";
import { Peer } from "firmware/ip/socket";

export interface Exchange {
  query?: Record<string, number>;
  body?: Uint8Array;
  contentFormat?: number;
  /** Bytes that the answer may have. */
  room?: number;
  /** Address of who asks. */
  from?: Uint8Array;
  /** Whether all in range are asked. */
  toGroup?: boolean;
}

/** Asks a resource without a network. The answer's body is checked for writes beyond its room. */
export function exchange(
  resource: Resource,
  method: "get" | "put" | "post",
  {
    query = {},
    body = new Uint8Array(0),
    contentFormat = ContentFormat.cbor,
    room = 2048,
    from,
    toGroup = false,
  }: Exchange = {},
): { code: number; body: Uint8Array; ok: boolean } {
  const bytes = new Uint8Array(room + 16).fill(0xa5);
  const peer = new Peer();
  if (from !== undefined) peer.address.set(from);
  peer.toGroup = toGroup;
  const request: Request = {
    peer,
    body,
    bodyOffset: 0,
    bodyLength: body.length,
    contentFormat,
    queryInteger: (name, absent) => query[name] ?? absent,
  };
  const response: Response = { body: new Writer(bytes, 8, 8 + room), contentFormat: ContentFormat.none };
  const code = resource[method]!(request, response);
  for (let i = 0; i < 8; i++)
    if (bytes[i] !== 0xa5 || bytes[8 + room + i] !== 0xa5) throw new Error("written out of bounds");
  const w = response.body;
  if (code === 0x45 && response.contentFormat !== ContentFormat.cbor) throw new Error("content format");
  return { code, body: bytes.slice(8, w.at), ok: w.ok };
}
