import { encodeSetTime } from "firmware/clock/codec";
import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { Reader } from "firmware/codec/cursor";
import { ADDRESS_BYTES, writeAddress } from "firmware/ip/address";
import {
  decodeNotice,
  type Gasp,
  GASP_PATH,
  GaspReader,
  POWER_PATH,
  PowerNotice,
} from "firmware/power/codec";
import type { MeterRecord, ReadStore } from "./store";

/** An outage is known if the head end hears of it so soon. */
const KNOWN_WITHIN_MS = 300_000;

/** Gasps tell seconds, restorations milliseconds: what lies nearer is one outage, as no blink is told. */
const GASP_ROUNDING_MS = 1_000;

/** What the head end knows of one outage of a meter. UTC; undefined where it was not told. */
export interface OutageRecord {
  failed_ms: number | undefined;
  restored_ms: number | undefined;
  /** When the first gasp of it was heard. */
  heard_ms: number | undefined;
  /** Notices with a gasp of it. */
  gasps: number;
}

/** What a meter told of its supply. */
export class OutageHistory {
  readonly outages: OutageRecord[] = [];
  /** Starts of the software over the meter's life, as last told. */
  starts = 0;

  gasp({ failed_s }: Gasp, heard_ms: number): void {
    const outage = this.#outageOf(failed_s * 1000);
    outage.heard_ms ??= heard_ms;
    outage.gasps++;
  }

  restoration({ start, failed_ms }: PowerNotice, restored_ms: number): void {
    this.starts = start;
    const outage = this.#outageOf(failed_ms);
    if (failed_ms > 0) outage.failed_ms = failed_ms;
    // A notice whose answer was lost comes again.
    outage.restored_ms ??= restored_ms;
  }

  /** The last one, if it is still open or began then, or a new one. */
  #outageOf(failed_ms: number): OutageRecord {
    const last = this.outages.at(-1);
    if (last !== undefined && isSame(last, failed_ms)) return last;
    const outage = {
      failed_ms: failed_ms || undefined,
      restored_ms: undefined,
      heard_ms: undefined,
      gasps: 0,
    };
    this.outages.push(outage);
    return outage;
  }
}

/** Whether an outage is the one that began then; 0 unknown. */
function isSame(outage: OutageRecord, failed_ms: number): boolean {
  if (failed_ms === 0) return outage.restored_ms === undefined;
  return outage.failed_ms !== undefined && Math.abs(outage.failed_ms - failed_ms) < GASP_ROUNDING_MS;
}

/** Whether the head end knew of an outage in time, from a gasp of the meter itself. */
export function isKnown({ failed_ms, heard_ms }: OutageRecord): boolean {
  return heard_ms !== undefined && heard_ms - (failed_ms ?? heard_ms) <= KNOWN_WITHIN_MS;
}

/** `POST /power`: restorations; the answer brings the time. Whoever is not known is refused. */
export class PowerResource implements Resource {
  readonly path = POWER_PATH;
  readonly attributes = 'rt="wm.power";ct=60';
  /** A meter has told of a restoration. Set once. */
  onNotice: (meter: MeterRecord) => void = () => {};
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
    meter.hasEvents = true;
    meter.power.restoration(notice, now_ms - notice.restored_ms);
    // Whether it took the time is not known here: it is set again with the next read.
    meter.timeSet_ms = undefined;
    this.onNotice(meter);
    response.contentFormat = ContentFormat.cbor;
    encodeSetTime(response.body, now_ms);
    return Code.changed;
  }
}

/** `POST /gasp`: last gasps, passed on by others. Those of meters that are not known are left out, and counted. */
export class GaspResource implements Resource {
  readonly path = GASP_PATH;
  readonly attributes = 'rt="wm.gasp";ct=60';
  /** Messages taken, gasps of unknown meters in them, and messages that were malformed. */
  notices = 0;
  unknown = 0;
  refused = 0;
  readonly #store: ReadStore;
  readonly #utc_ms: () => number;
  readonly #gasps = new GaspReader();
  readonly #address = new Uint8Array(ADDRESS_BYTES);

  constructor(store: ReadStore, utc_ms: () => number) {
    this.#store = store;
    this.#utc_ms = utc_ms;
  }

  post(request: Request): number {
    if (request.contentFormat !== ContentFormat.cbor) return Code.unsupportedContentFormat;
    const { body, bodyOffset, bodyLength } = request;
    const gasps = this.#gasps;
    if (!gasps.begin(body, bodyOffset, bodyLength)) {
      this.refused++;
      return Code.badRequest;
    }
    this.notices++;
    while (gasps.next()) {
      // All nodes of a utility share its prefix.
      writeAddress(request.peer.address, gasps.gasp.eui64, this.#address);
      const meter = this.#store.meter(this.#address);
      if (meter === undefined) {
        this.unknown++;
        continue;
      }
      meter.hasEvents = true;
      meter.power.gasp(gasps.gasp, this.#utc_ms());
    }
    return Code.changed;
  }
}
