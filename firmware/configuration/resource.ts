import { readMapHead, readUint, writeMapHead, writeUint } from "firmware/codec/cbor";
import { Reader } from "firmware/codec/cursor";
import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { ConfigurationCode, configurationSlug } from "firmware/configuration/code";
import { CONFIGURATION_KINDS, type Configuration } from "firmware/configuration/configuration";

/**
 * `/cfg` (docs/cddl/cfg.cddl): GET answers the whole configuration, PUT replaces one object of it. What is refused is
 * answered 4.00 (5.00 where it could not be stored) with the ConfigurationCode and its name as diagnostic text (RFC
 * 7252, section 5.5.2), and the old one stands.
 */
export class ConfigurationResource implements Resource {
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  get path(): string {
    return "cfg";
  }

  get attributes(): string {
    return 'rt="wm.cfg";ct=60';
  }

  get(_request: Request, response: Response): number {
    const w = response.body;
    response.contentFormat = ContentFormat.cbor;
    writeMapHead(w, CONFIGURATION_KINDS);
    for (let kind = 0; kind < CONFIGURATION_KINDS; kind++) {
      writeUint(w, kind);
      this.#configuration.encode(kind, w);
    }
    return Code.content;
  }

  put(request: Request, response: Response): number {
    if (request.contentFormat !== ContentFormat.cbor) return Code.unsupportedContentFormat;
    const code = this.replace(request);
    if (code === ConfigurationCode.ok) return Code.changed;
    response.body.ascii(`${code} ${configurationSlug(code)}`);
    return code === ConfigurationCode.notStored ? Code.internalServerError : Code.badRequest;
  }

  private replace(request: Request): number {
    const r = new Reader(request.body, request.bodyOffset, request.bodyOffset + request.bodyLength);
    const isOne = readMapHead(r) === 1;
    const kind = readUint(r);
    if (!isOne || !r.ok || kind >= CONFIGURATION_KINDS) return ConfigurationCode.malformed;
    return this.#configuration.replace(kind, request.body, r.at, r.remaining);
  }
}
