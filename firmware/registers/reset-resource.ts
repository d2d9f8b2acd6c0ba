import { Code, ContentFormat, type Request, type Resource } from "firmware/coap/resource";
import { Reader } from "firmware/codec/cursor";
import type { Billing } from "firmware/registers/billing";
import { decodeReset, RESET_PATH } from "firmware/registers/codec";

/** `/reset`: PUT has demand reset at a time, once however often it comes; 4.09 where {@link Billing.resetDemandAt} refuses. */
export class ResetResource implements Resource {
  readonly #billing: Billing;

  constructor(billing: Billing) {
    this.#billing = billing;
  }

  get path(): string {
    return RESET_PATH;
  }

  get attributes(): string {
    return 'rt="wm.reset";ct=60';
  }

  put(request: Request): number {
    if (request.contentFormat !== ContentFormat.cbor) return Code.unsupportedContentFormat;
    const { body, bodyOffset, bodyLength } = request;
    const due_s = decodeReset(new Reader(body, bodyOffset, bodyOffset + bodyLength));
    if (due_s < 0) return Code.badRequest;
    return this.#billing.resetDemandAt(due_s) ? Code.changed : Code.conflict;
  }
}
