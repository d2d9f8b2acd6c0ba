import { encodeSetTimeByPan, encodeSetTime } from "firmware/clock/codec";
import { Writer } from "firmware/codec/cursor";
import type { CoapEndpoint } from "firmware/coap/endpoint";
import type { Answer, AnswerHandler, Call } from "firmware/coap/exchange";
import { NO_CALL } from "firmware/coap/client";
import { Code, ContentFormat } from "firmware/coap/resource";
import { serverAt } from "./address";
import { askPanTime, type PanMoment, TRUSTED_ROUND_TRIP_MS } from "./pan-time";
import type { Read } from "./read";

const TIME_SYNC_MS = 24 * 3_600_000;
/** Events are read when something shows that there are some, and so often at least. */
const EVENTS_PERIOD_MS = 24 * 3_600_000;
/** What the time takes to a meter: the backhaul, and a hop. */
const ONE_WAY_MS = 120;
/** Of a message that sets the time. */
const TIME_BYTES = 24;
/** A read may take several requests after an outage; a meter that always has more is not believed. */
const MAX_REQUESTS = 400;

export interface ConversationOptions {
  readonly coap: CoapEndpoint;
  /** UTC, which the head end knows. */
  readonly utc_ms: () => number;
  readonly read: Read;
  /** Address of the collector that has the meter. */
  readonly collector: Uint8Array;
  /** All intervals since the last one are kept; it goes on with what else there is to say. */
  readonly onRead: () => void;
  /** Nothing more is under way. False: the intervals were not read to their end. */
  readonly onEnd: (isRead: boolean) => void;
}

/**
 * One visit to a meter, one request at a time: intervals; events where something says that there are some; once a day
 * the time.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  /** Whether blocks may be primed on the intervals kept; not once such a block was refused. */
  #primes = true;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#askIntervals();
  }

  #askIntervals(): void {
    const { read } = this.#options;
    const { meter } = read;
    read.requests++;
    const primer = this.#primes && meter.primer > 0 ? `&p=${meter.primer}` : "";
    const query = meter.last === undefined ? "" : `since=${meter.last}${primer}`;
    this.#get("lp", query, (answer) => this.#answered(answer));
  }

  #answered(answer: Answer): void {
    const { read, onRead, onEnd } = this.#options;
    if (answer.failure !== 0 || answer.code !== Code.content || answer.contentFormat !== ContentFormat.cbor) {
      onEnd(false);
      return;
    }
    const taken = read.meter.take(bodyOf(answer));
    if (!taken.ok && this.#primes) {
      // The meter may hold other intervals than we do: once more without what both should have.
      this.#primes = false;
      this.#askIntervals();
    } else if (!taken.ok || read.requests > MAX_REQUESTS) onEnd(false);
    else if (taken.more) this.#askIntervals();
    else {
      onRead();
      this.#readEvents();
    }
  }

  /** A flag among the intervals, or a notice, says that there are events. */
  #readEvents(): void {
    const { utc_ms } = this.#options;
    const { meter } = this.#options.read;
    if (!meter.hasEvents && utc_ms() - meter.eventsRead_ms < EVENTS_PERIOD_MS) this.#setTime();
    else this.#askEvents(MAX_REQUESTS);
  }

  /** @param most requests */
  #askEvents(most: number): void {
    const { utc_ms } = this.#options;
    const { meter } = this.#options.read;
    this.#get("ev", `since=${meter.events.last}`, (answer) => {
      const isAnswer = answer.failure === 0 && answer.code === Code.content;
      const taken = isAnswer && meter.events.take(bodyOf(answer));
      if (taken && taken.more && most > 1) {
        this.#askEvents(most - 1);
        return;
      }
      if (taken && taken.ok) {
        meter.hasEvents = false;
        meter.eventsRead_ms = utc_ms();
      }
      this.#setTime();
    });
  }

  #setTime(): void {
    const { coap, collector, utc_ms, onEnd } = this.#options;
    const { timeSet_ms } = this.#options.read.meter;
    if (timeSet_ms !== undefined && utc_ms() - timeSet_ms < TIME_SYNC_MS) {
      onEnd(true);
      return;
    }
    askPanTime(coap, collector, utc_ms, (moment) => {
      if (moment === undefined) onEnd(true);
      else this.#tellTime(moment);
    });
  }

  /** In terms of the PAN's time, where it has one: what else is under way for long brings a time that has passed. */
  #tellTime({ utc_ms: then_ms, pan_ms }: PanMoment): void {
    const { utc_ms, onEnd } = this.#options;
    const { meter } = this.#options.read;
    const now_ms = utc_ms();
    const writer = new Writer(new Uint8Array(TIME_BYTES));
    if (pan_ms >= 0) encodeSetTimeByPan(writer, then_ms, pan_ms);
    else encodeSetTime(writer, now_ms + ONE_WAY_MS);
    const call: Call = {
      peer: serverAt(meter.address),
      code: Code.put,
      path: "time",
      body: writer.bytes,
      bodyLength: writer.length,
      contentFormat: ContentFormat.cbor,
    };
    this.#request(call, (answer) => {
      // What was late brought a time that had passed: it is set again with the next read.
      const isRight = pan_ms >= 0 || utc_ms() - now_ms <= TRUSTED_ROUND_TRIP_MS;
      if (answer.failure === 0 && answer.code === Code.changed && isRight) meter.timeSet_ms = now_ms;
      onEnd(true);
    });
  }

  #get(path: string, query: string, handler: AnswerHandler): void {
    this.#request({ peer: serverAt(this.#options.read.meter.address), code: Code.get, path, query }, handler);
  }

  #request(call: Call, handler: AnswerHandler): void {
    const taken = this.#options.coap.request(call, handler);
    // Each visit has one request at a time, and the endpoint has an exchange for each visit.
    if (taken === NO_CALL) throw new RangeError("no exchange for a read");
  }
}

function bodyOf({ body, bodyOffset, bodyLength }: Answer): Uint8Array {
  return body.slice(bodyOffset, bodyOffset + bodyLength);
}
