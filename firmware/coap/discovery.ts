import type { IncomingRequest } from "firmware/coap/request";
import { Code, ContentFormat, type Resource, type Response } from "firmware/coap/resource";

/**
 * `/.well-known/core` (RFC 6690): the node's resources in link format, filtered by one query (section 4.1): `href`,
 * or an attribute such as `rt`. A value that ends in `*` matches what starts with the rest of it.
 */
export class Discovery implements Resource {
  readonly path = ".well-known/core";
  readonly attributes = "ct=40";

  constructor(private readonly resources: readonly Resource[]) {}

  get(request: IncomingRequest, response: Response): number {
    const query = request.firstQuery();
    const equals = query.indexOf("=");
    const name = equals < 0 ? "" : query.slice(0, equals);
    const wanted = query.slice(equals + 1);
    const body = response.body;
    response.contentFormat = ContentFormat.link;
    for (let i = 0; i < this.resources.length; i++) {
      const resource = this.resources[i];
      if (name !== "" && !linkMatches(resource, name, wanted)) continue;
      body.ascii(body.length === 0 ? "</" : ",</");
      body.ascii(resource.path);
      body.ascii(">");
      if (resource.attributes === "") continue;
      body.ascii(";");
      body.ascii(resource.attributes);
    }
    return Code.content;
  }
}

function linkMatches(resource: Resource, name: string, wanted: string): boolean {
  if (name === "href") return matches("/" + resource.path, wanted);
  const value = attribute(resource.attributes, name);
  if (value === undefined) return false;
  // These hold several values with spaces between them (RFC 6690, section 2).
  if (name !== "rt" && name !== "if" && name !== "rel") return matches(value, wanted);
  const values = value.split(" ");
  for (let i = 0; i < values.length; i++) if (matches(values[i], wanted)) return true;
  return false;
}

function matches(value: string, wanted: string): boolean {
  return wanted.endsWith("*") ? value.startsWith(wanted.slice(0, -1)) : value === wanted;
}

/** The value of an attribute, without its quotes; undefined where it is not there. */
function attribute(attributes: string, name: string): string | undefined {
  let at = 0;
  while (at < attributes.length) {
    const equals = attributes.indexOf("=", at);
    if (equals < 0) return undefined;
    const quoted = attributes[equals + 1] === '"';
    const start = quoted ? equals + 2 : equals + 1;
    let end = attributes.indexOf(quoted ? '"' : ";", start);
    if (end < 0) end = attributes.length;
    if (attributes.slice(at, equals) === name) return attributes.slice(start, end);
    at = quoted ? end + 2 : end + 1;
  }
  return undefined;
}
