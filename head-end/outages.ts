import { encodeSetTime } from "firmware/clock/codec";
import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { Reader } from "firmware/codec/cursor";
import { decodeNotice, POWER_PATH, PowerNotice } from "firmware/power/codec";
import type { MeterRecord, ReadStore } from "./store";

/** What the head end knows of one outage of a meter. UTC; undefined where it was not told. */
export interface OutageRecord {
  failed_ms: number | undefined;
  restored_ms: number | undefined;
  /** Last gasps heard. */
  gasps: number;
}

/** What a meter told of its supply. */
export class OutageHistory {
  readonly outages: OutageRecord[] = [];
  /** Starts of the software over the meter's life, as last told. */
  starts = 0;

  gasp({ start, failed_ms }: PowerNotice): void {
    this.starts = start;
    this.#outageOf(failed_ms).gasps++;
  }

  restoration({ start, failed_ms }: PowerNotice, restored_ms: number): void {
    this.starts = start;
    const outage = this.#outageOf(failed_ms);
    // A notice whose answer was lost comes again.
    outage.restored_ms ??= restored_ms;
  }

  /** The last one, if it is still open or began then, or a new one. */
  #outageOf(failed_ms: number): OutageRecord {
    const last = this.outages.at(-1);
    const isSame = failed_ms === 0 ? last?.restored_ms === undefined : last?.failed_ms === failed_ms;
    if (last !== undefined && isSame) return last;
    const outage = { failed_ms: failed_ms || undefined, restored_ms: undefined, gasps: 0 };
    this.outages.push(outage);
    return outage;
  }
}

/** `POST /power`: last gasps and restorations; the answer brings the time. Whoever is not known is refused. */
export class PowerResource implements Resource {
  readonly path = POWER_PATH;
  readonly attributes = 'rt="wm.power";ct=60';
  /** A meter has told something of its supply. */
  onNotice: (meter: MeterRecord, isRestored: boolean) => void = () => {};
  readonly #store: ReadStore;
  readonly #utc_ms: () => number;
  readonly #notice = new PowerNotice();

  constructor(store: ReadStore, utc_ms: () => number) {
    this.#store = store;
    this.#utc_ms = utc_ms;
  }

  post(request: Request, response: Response): number {
    if (request.contentFormat !== ContentFormat.cbor) return Code.unsupportedContentFormat;
    const meter = this.#store.meter(request.peer.address);
    if (meter === undefined) return Code.forbidden;
    const { body, bodyOffset, bodyLength } = request;
    const notice = this.#notice;
    if (!decodeNotice(new Reader(body, bodyOffset, bodyOffset + bodyLength), notice)) return Code.badRequest;
    const now_ms = this.#utc_ms();
    const isRestored = notice.restored_ms >= 0;
    meter.hasEvents = true;
    if (isRestored) {
      meter.power.restoration(notice, now_ms - notice.restored_ms);
      // Whether it took the time is not known here: it is set again with the next read.
      meter.timeSet_ms = undefined;
    } else {
      meter.power.gasp(notice);
    }
    this.onNotice(meter, isRestored);
    response.contentFormat = ContentFormat.cbor;
    encodeSetTime(response.body, now_ms);
    return Code.changed;
  }
}
