import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { readMapHead, readUint, writeInt, writeMapHead, writeNull, writeUint } from "firmware/codec/cbor";
import { Reader, type Writer } from "firmware/codec/cursor";
import type { UtcClock } from "firmware/clock/utc";

/** Keys of `/time` (docs/cddl/time.cddl). */
export const TimeKey = Object.freeze({ utc_ms: 0, uptime_ms: 1, lastSet_ms: 2, drift_ppb: 3 });

/** The year 2106: intervals keep their start in 32 bits of seconds. */
const MAX_UTC_ms = 0xffffffff * 1000;

/** Writes the body that sets a node's time. */
export function encodeSetTime(w: Writer, utc_ms: number): void {
  writeMapHead(w, 1);
  writeUint(w, TimeKey.utc_ms);
  writeUint(w, utc_ms);
}

/** `/time`: GET answers what the node's clock knows, PUT sets it. */
export class TimeResource implements Resource {
  readonly path = "time";
  readonly attributes = 'rt="wm.time";ct=60';
  readonly #utc: UtcClock;
  readonly #reader = new Reader(new Uint8Array(0));

  constructor(utc: UtcClock) {
    this.#utc = utc;
  }

  get(_request: Request, response: Response): number {
    const utc = this.#utc;
    const w = response.body;
    response.contentFormat = ContentFormat.cbor;
    writeMapHead(w, 4);
    writeUint(w, TimeKey.utc_ms);
    writeTime(w, utc.known, utc.utc_ms());
    writeUint(w, TimeKey.uptime_ms);
    writeUint(w, utc.uptime_ms());
    writeUint(w, TimeKey.lastSet_ms);
    writeTime(w, utc.known, utc.lastSet_ms);
    writeUint(w, TimeKey.drift_ppb);
    writeInt(w, utc.drift_ppb);
    return Code.content;
  }

  put(request: Request): number {
    if (request.contentFormat !== ContentFormat.cbor) return Code.unsupportedContentFormat;
    const r = this.#reader;
    r.reset(request.body, request.bodyOffset, request.bodyOffset + request.bodyLength);
    const isTime = readMapHead(r) === 1 && readUint(r) === TimeKey.utc_ms;
    const utc_ms = readUint(r);
    if (!isTime || !r.ok || r.remaining !== 0 || utc_ms > MAX_UTC_ms) return Code.badRequest;
    this.#utc.set(utc_ms);
    return Code.changed;
  }
}

/** Milliseconds, or null where the time is not known. */
export function writeTime(w: Writer, known: boolean, utc_ms: number): void {
  if (known) writeUint(w, utc_ms);
  else writeNull(w);
}
