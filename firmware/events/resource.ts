import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { encodeEvents, type EventSource } from "firmware/events/codec";

/**
 * `/ev`: the event log. Queries: `since`, number of the last event that the reader has (from the oldest kept, where
 * absent); `n`, the most events wanted. Wrong values answer 4.00.
 */
export class EventsResource implements Resource {
  readonly #log: EventSource;

  constructor(log: EventSource) {
    this.#log = log;
  }

  get path(): string {
    return "ev";
  }

  get attributes(): string {
    return 'rt="wm.ev";ct=60';
  }

  get(request: Request, response: Response): number {
    const since = request.queryInteger("since", 0);
    const most = request.queryInteger("n", Infinity);
    // NaN fails every comparison.
    if (!(since >= 0 && most >= 1)) return Code.badRequest;
    response.contentFormat = ContentFormat.cbor;
    encodeEvents(response.body, this.#log, since, most);
    return Code.content;
  }
}
