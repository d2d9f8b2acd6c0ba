import { NO_CALL } from "firmware/coap/client";
import { COAP_PORT, type CoapEndpoint } from "firmware/coap/endpoint";
import type { Call } from "firmware/coap/exchange";
import { Code, ContentFormat } from "firmware/coap/resource";
import { writeAnyRouter } from "firmware/ip/address";
import { Peer } from "firmware/ip/socket";
import { GASP_PATH } from "firmware/power/gasp-codec";
import type { GaspSender } from "firmware/power/notice";

/**
 * Last gasps of a meter: to whichever parent takes them. The mesh sees to that; an answer would keep the parent from hearing
 * others.
 */
export class GaspsToParent implements GaspSender {
  /** Of the node that sends; set once. */
  coap!: CoapEndpoint;

  send(body: Uint8Array, length: number, onEnd: (taken: boolean) => void): boolean {
    const call = callOf(body, length);
    writeAnyRouter(call.peer.address);
    const taken = this.coap.sendOnce(call);
    if (taken) onEnd(true);
    return taken;
  }
}

/** Last gasps of a collector: to the head end, until it answers. */
export class GaspsToHeadEnd implements GaspSender {
  /** Of the node that sends; set once. */
  coap!: CoapEndpoint;
  readonly #headEnd: Uint8Array;

  /** @param headEnd its address, 16 bytes */
  constructor(headEnd: Uint8Array) {
    this.#headEnd = headEnd;
  }

  send(body: Uint8Array, length: number, onEnd: (taken: boolean) => void): boolean {
    const call = callOf(body, length);
    call.peer.address.set(this.#headEnd);
    const number = this.coap.request(call, ({ failure, code }) =>
      onEnd(failure === 0 && code === Code.changed),
    );
    return number !== NO_CALL;
  }
}

/** Gasps are rare: what a message takes is made for it. */
function callOf(body: Uint8Array, bodyLength: number): Call {
  const peer = new Peer();
  peer.port = COAP_PORT;
  return { peer, code: Code.post, path: GASP_PATH, body, bodyLength, contentFormat: ContentFormat.cbor };
}
