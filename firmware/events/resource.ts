import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { EventsEncoder, type EventSource } from "firmware/events/codec";

/**
 * `/ev`: the event log. Queries: `since`, number of the last event that the reader has (from the oldest kept, where
 * absent); `n`, the most events wanted. Wrong values answer 4.00.
 */
export class EventsResource implements Resource {
  readonly path = "ev";
  readonly attributes = 'rt="wm.ev";ct=60';
  readonly #encoder: EventsEncoder;

  constructor(log: EventSource) {
    this.#encoder = new EventsEncoder(log);
  }

  get(request: Request, response: Response): number {
    const since = request.queryInteger("since", 0);
    const most = request.queryInteger("n", Infinity);
    // NaN fails every comparison.
    if (!(since >= 0 && most >= 1)) return Code.badRequest;
    response.contentFormat = ContentFormat.cbor;
    this.#encoder.encode(response.body, since, most);
    return Code.content;
  }
}
