import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { TimeKey, writeTime } from "firmware/clock/codec";
import { readMapHead, readUint, writeInt, writeMapHead, writeUint } from "firmware/codec/cbor";
import { Reader } from "firmware/codec/cursor";
import type { UtcClock } from "firmware/clock/utc";

/** The year 2106: intervals keep their start in 32 bits of seconds. */
const MAX_UTC_ms = 0xffffffff * 1000;

/** `/time`: GET answers what the node's clock knows, PUT sets it, or answers 4.09 where the clock refuses. */
export class TimeResource implements Resource {
  readonly #utc: UtcClock;

  constructor(utc: UtcClock) {
    this.#utc = utc;
  }

  get path(): string {
    return "time";
  }

  get attributes(): string {
    return 'rt="wm.time";ct=60';
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
    const r = new Reader(request.body, request.bodyOffset, request.bodyOffset + request.bodyLength);
    const pairs = readMapHead(r);
    let isTime = (pairs === 1 || pairs === 2) && readUint(r) === TimeKey.utc_ms;
    const utc_ms = readUint(r);
    const forced = pairs === 2;
    if (forced && !(readUint(r) === TimeKey.force && readUint(r) === 1)) isTime = false;
    if (!isTime || !r.ok || r.remaining !== 0 || utc_ms > MAX_UTC_ms) return Code.badRequest;
    return this.#utc.set(utc_ms, forced) ? Code.changed : Code.conflict;
  }
}
