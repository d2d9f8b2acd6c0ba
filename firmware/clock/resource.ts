import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { TimeKey, writeTime } from "firmware/clock/codec";
import { readMapHead, readUint, writeInt, writeMapHead, writeUint } from "firmware/codec/cbor";
import { Reader } from "firmware/codec/cursor";
import type { UtcClock } from "firmware/clock/utc";

/** The year 2106: intervals keep their start in 32 bits of seconds. */
const MAX_UTC_ms = 0xffffffff * 1000;

/** A message to all nodes of a PAN has reached them, or has not, after so long. */
const GROUP_LIMIT_ms = 600_000;
/** The clocks of two nodes of a PAN may differ by so much. */
const PAN_ERROR_ms = 1_020;

const NEVER_ms = -Infinity;

/** The time that all nodes of a PAN share, in ms; -1 where there is none, or this node does not know it. */
export interface PanTime {
  readonly panTime_ms: number;
}

/** `/time`: GET answers what the node's clock knows, PUT sets it, or answers 4.09 where the clock refuses. */
export class TimeResource implements Resource {
  readonly #utc: UtcClock;
  readonly #pan: PanTime;

  constructor(utc: UtcClock, pan: PanTime) {
    this.#utc = utc;
    this.#pan = pan;
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
    const { panTime_ms } = this.#pan;
    writeMapHead(w, 5);
    writeUint(w, TimeKey.utc_ms);
    writeTime(w, utc.known, utc.utc_ms());
    writeUint(w, TimeKey.uptime_ms);
    writeUint(w, utc.uptime_ms());
    writeUint(w, TimeKey.lastSet_ms);
    writeTime(w, utc.known, utc.lastSet_ms);
    writeUint(w, TimeKey.drift_ppb);
    writeInt(w, utc.drift_ppb);
    writeUint(w, TimeKey.pan_ms);
    writeTime(w, panTime_ms >= 0, panTime_ms);
    return Code.content;
  }

  put(request: Request): number {
    if (request.contentFormat !== ContentFormat.cbor) return Code.unsupportedContentFormat;
    const r = new Reader(request.body, request.bodyOffset, request.bodyOffset + request.bodyLength);
    const pairs = readMapHead(r);
    let isTime = (pairs === 1 || pairs === 2) && readUint(r) === TimeKey.utc_ms;
    const utc_ms = readUint(r);
    const key = pairs === 2 ? readUint(r) : TimeKey.utc_ms;
    const value = pairs === 2 ? readUint(r) : 0;
    const forced = key === TimeKey.force;
    if (forced ? value !== 1 : pairs === 2 && key !== TimeKey.pan_ms) isTime = false;
    if (!isTime || !r.ok || r.remaining !== 0 || utc_ms > MAX_UTC_ms) return Code.badRequest;
    const passed_ms = key === TimeKey.pan_ms ? this.since(value) : 0;
    return passed_ms !== NEVER_ms && this.#utc.set(utc_ms + passed_ms, forced) ? Code.changed : Code.conflict;
  }

  /** How long ago the PAN's time was `pan_ms`; {@link NEVER_ms} where that cannot be told, or cannot be. */
  private since(pan_ms: number): number {
    const { panTime_ms } = this.#pan;
    const passed_ms = panTime_ms - pan_ms;
    return panTime_ms >= 0 && passed_ms >= -PAN_ERROR_ms && passed_ms <= GROUP_LIMIT_ms
      ? passed_ms
      : NEVER_ms;
  }
}
