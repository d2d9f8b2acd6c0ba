import { NO_CALL } from "firmware/coap/client";
import { COAP_PORT, type CoapEndpoint } from "firmware/coap/endpoint";
import type { Call } from "firmware/coap/exchange";
import { Code, ContentFormat } from "firmware/coap/resource";
import { Group, writeGroup } from "firmware/ip/address";
import { Peer } from "firmware/ip/socket";
import { GASP_PATH } from "firmware/power/gasp-codec";
import type { GaspSender } from "firmware/power/notice";

/** Last gasps as CoAP requests, to neighbours and to the head end. */
export class CoapGasps implements GaspSender {
  /** Of the node that sends; set once. */
  coap!: CoapEndpoint;
  readonly #headEnd: Uint8Array;

  /** @param headEnd its address, 16 bytes */
  constructor(headEnd: Uint8Array) {
    this.#headEnd = headEnd;
  }

  tell(body: Uint8Array, length: number): void {
    const call = callOf(body, length);
    writeGroup(Group.allNodes, call.peer.address);
    this.coap.sendOnce(call);
  }

  forward(body: Uint8Array, length: number, onEnd: (answered: boolean) => void): boolean {
    const call = callOf(body, length);
    call.peer.address.set(this.#headEnd);
    return (
      this.coap.request(call, ({ failure, code }) => onEnd(failure === 0 && code === Code.changed)) !==
      NO_CALL
    );
  }
}

/** Gasps are rare: what a message takes is made for it. */
function callOf(body: Uint8Array, bodyLength: number): Call {
  const peer = new Peer();
  peer.port = COAP_PORT;
  return { peer, code: Code.post, path: GASP_PATH, body, bodyLength, contentFormat: ContentFormat.cbor };
}
