import { TimeKey } from "firmware/clock/codec";
import type { UtcClock } from "firmware/clock/utc";
import { NO_CALL } from "firmware/coap/client";
import { COAP_PORT, type CoapEndpoint } from "firmware/coap/endpoint";
import type { Answer, Call } from "firmware/coap/exchange";
import { Code, ContentFormat } from "firmware/coap/resource";
import { readMapHead, readUint } from "firmware/codec/cbor";
import { Reader, Writer } from "firmware/codec/cursor";
import { Peer } from "firmware/ip/socket";
import { encodeNotice, POWER_PATH } from "firmware/power/codec";
import type { NoticeSender, PowerNotice } from "firmware/power/notice";

/** A map of four pairs, two of them with a time or a duration. */
const MAX_NOTICE_BYTES = 1 + 6 + 3 + 10 + 10;
/** The time that an answer brings is believed when it took no longer; half of that is its error at most. */
const PROMPT_ms = 1_500;

/** Notices as CoAP requests to the head end; their answer brings the time to a meter that does not know it. */
export class CoapNotices implements NoticeSender {
  readonly #coap: CoapEndpoint;
  readonly #utc: UtcClock;
  readonly #headEnd: Uint8Array;

  /** @param headEnd its address, 16 bytes */
  constructor(coap: CoapEndpoint, utc: UtcClock, headEnd: Uint8Array) {
    this.#coap = coap;
    this.#utc = utc;
    this.#headEnd = headEnd;
  }

  send(notice: PowerNotice, onEnd: (answered: boolean) => void): boolean {
    const sent_ms = this.#utc.uptime_ms();
    const call = this.#coap.request(this.callOf(notice), (answer) => {
      const isTaken = answer.failure === 0 && answer.code === Code.changed;
      if (isTaken && !this.#utc.known) this.setTime(answer, this.#utc.uptime_ms() - sent_ms);
      onEnd(isTaken);
    });
    return call !== NO_CALL;
  }

  /** Notices are rare: what one takes is made for it. */
  private callOf(notice: PowerNotice): Call {
    const w = new Writer(new Uint8Array(MAX_NOTICE_BYTES));
    encodeNotice(w, notice);
    const peer = new Peer();
    peer.address.set(this.#headEnd);
    peer.port = COAP_PORT;
    return {
      peer,
      code: Code.post,
      path: POWER_PATH,
      body: w.bytes,
      bodyLength: w.length,
      contentFormat: ContentFormat.cbor,
    };
  }

  private setTime(answer: Answer, took_ms: number): void {
    const r = new Reader(answer.body, answer.bodyOffset, answer.bodyOffset + answer.bodyLength);
    const isTime = readMapHead(r) === 1 && readUint(r) === TimeKey.utc_ms;
    const utc_ms = readUint(r);
    if (isTime && r.ok && took_ms <= PROMPT_ms) this.#utc.set(utc_ms + Math.floor(took_ms / 2));
  }
}
