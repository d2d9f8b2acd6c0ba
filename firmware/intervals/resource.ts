import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import type { GeneralConfiguration } from "firmware/configuration/general";
import {
  ALL_CHANNELS,
  DEFAULT_CHANNELS,
  DEFAULT_SCALE,
  MAX_SCALE,
  Primer,
  type IntervalSource,
} from "firmware/intervals/block";
import { BlockEncoder } from "firmware/intervals/encoder";

/**
 * `/lp`: the load profile. Queries: `since`, number of the last interval that the reader has (from the oldest kept,
 * where absent); `n`, the most intervals wanted; `ch`, bit mask over IntervalChannel (those configured and active energy, where absent); `scale`, energies in 10^scale mWh;
 * `p`, how many intervals up to `since` the reader holds, so that the block may be primed on them. Wrong values answer
 * 4.00.
 */
export class LoadProfileResource implements Resource {
  readonly #log: IntervalSource;
  readonly #configuration: GeneralConfiguration;
  readonly #primer = new Primer();

  constructor(log: IntervalSource, configuration: GeneralConfiguration) {
    this.#log = log;
    this.#configuration = configuration;
  }

  get path(): string {
    return "lp";
  }

  get attributes(): string {
    return 'rt="wm.lp";ct=60';
  }

  get(request: Request, response: Response): number {
    const since = request.queryInteger("since", 0);
    const most = request.queryInteger("n", Infinity);
    // The head end names none, and bills by the default ones.
    const channels = request.queryInteger("ch", this.#configuration.channels | DEFAULT_CHANNELS);
    const scale = request.queryInteger("scale", DEFAULT_SCALE);
    const held = request.queryInteger("p", 0);
    // NaN fails every comparison.
    if (!(since >= 0 && most >= 1 && channels >= 1 && channels <= ALL_CHANNELS)) return Code.badRequest;
    if (!(scale >= 0 && scale <= MAX_SCALE && held >= 0)) return Code.badRequest;
    response.contentFormat = ContentFormat.cbor;
    new BlockEncoder(this.#log, this.#primer).encode(response.body, since, most, channels, scale, held);
    return Code.content;
  }
}
