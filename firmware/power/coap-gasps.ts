import { NO_CALL } from "firmware/coap/client";
import { COAP_PORT, type CoapEndpoint } from "firmware/coap/endpoint";
import type { Call } from "firmware/coap/exchange";
import { Code, ContentFormat } from "firmware/coap/resource";
import { Group, writeGroup, writeLinkLocal } from "firmware/ip/address";
import { Peer } from "firmware/ip/socket";
import { GASP_PATH } from "firmware/power/gasp-codec";
import type { GaspSender } from "firmware/power/notice";

/** The nodes through which a node's packets go up. */
interface Ways {
  /** Writes the EUI-64 of the one that is taken after `failures` others; false where there is none. */
  parentAfter(failures: number, eui64: Uint8Array): boolean;
}

/** Last gasps as CoAP requests, to neighbours and to the head end. */
export class CoapGasps implements GaspSender {
  /** Of the node that sends; set once. */
  coap!: CoapEndpoint;
  readonly #ways: Ways;
  /** The request under way. */
  #call = NO_CALL;
  readonly #headEnd: Uint8Array;

  /** @param headEnd its address, 16 bytes */
  constructor(headEnd: Uint8Array, ways: Ways) {
    this.#headEnd = headEnd;
    this.#ways = ways;
  }

  tell(body: Uint8Array, length: number): void {
    const call = callOf(body, length);
    writeGroup(Group.allNodes, call.peer.address);
    this.coap.sendOnce(call);
  }

  handOn(body: Uint8Array, length: number, failures: number, onEnd: (answered: boolean) => void): boolean {
    const eui64 = new Uint8Array(8);
    if (!this.#ways.parentAfter(failures, eui64)) return false;
    const call = callOf(body, length);
    writeLinkLocal(eui64, call.peer.address);
    return this.ask(call, onEnd);
  }

  abandon(): void {
    this.coap.cancel(this.#call);
  }

  forward(body: Uint8Array, length: number, onEnd: (answered: boolean) => void): boolean {
    const call = callOf(body, length);
    call.peer.address.set(this.#headEnd);
    return this.ask(call, onEnd);
  }

  private ask(call: Call, onEnd: (answered: boolean) => void): boolean {
    this.#call = this.coap.request(call, ({ failure, code }) =>
      onEnd(failure === 0 && code === Code.changed),
    );
    return this.#call !== NO_CALL;
  }
}

/** Gasps are rare: what a message takes is made for it. */
function callOf(body: Uint8Array, bodyLength: number): Call {
  const peer = new Peer();
  peer.port = COAP_PORT;
  return { peer, code: Code.post, path: GASP_PATH, body, bodyLength, contentFormat: ContentFormat.cbor };
}
