import { TimeKey } from "firmware/clock/codec";
import type { UtcClock } from "firmware/clock/utc";
import { NO_CALL } from "firmware/coap/client";
import { COAP_PORT, type CoapEndpoint } from "firmware/coap/endpoint";
import type { Answer } from "firmware/coap/exchange";
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
  /** Last gasps sent since the start. */
  sentOnce = 0;
  readonly #coap: CoapEndpoint;
  readonly #utc: UtcClock;
  readonly #writer = new Writer(new Uint8Array(MAX_NOTICE_BYTES));
  readonly #reader = new Reader(new Uint8Array(0));
  readonly #peer = new Peer();
  #sent_ms = 0;
  #onEnd: (answered: boolean) => void = () => {};

  /** @param headEnd its address, 16 bytes */
  constructor(coap: CoapEndpoint, utc: UtcClock, headEnd: Uint8Array) {
    this.#coap = coap;
    this.#utc = utc;
    this.#peer.address.set(headEnd);
    this.#peer.port = COAP_PORT;
  }

  sendOnce(notice: PowerNotice): void {
    this.sentOnce++;
    this.#coap.sendOnce(this.call(notice));
  }

  send(notice: PowerNotice, onEnd: (answered: boolean) => void): boolean {
    this.#onEnd = onEnd;
    this.#sent_ms = this.#utc.uptime_ms();
    return this.#coap.request(this.call(notice), (answer) => this.answered(answer)) !== NO_CALL;
  }

  private call(notice: PowerNotice) {
    const w = this.#writer;
    w.reset(w.bytes, 0, w.bytes.length);
    encodeNotice(w, notice);
    return {
      peer: this.#peer,
      code: Code.post,
      path: POWER_PATH,
      body: w.bytes,
      bodyLength: w.length,
      contentFormat: ContentFormat.cbor,
    };
  }

  private answered(answer: Answer): void {
    const isTaken = answer.failure === 0 && answer.code === Code.changed;
    if (isTaken && !this.#utc.known) this.setTime(answer);
    this.#onEnd(isTaken);
  }

  private setTime(answer: Answer): void {
    const took_ms = this.#utc.uptime_ms() - this.#sent_ms;
    const r = this.#reader;
    r.reset(answer.body, answer.bodyOffset, answer.bodyOffset + answer.bodyLength);
    const isTime = readMapHead(r) === 1 && readUint(r) === TimeKey.utc_ms;
    const utc_ms = readUint(r);
    if (isTime && r.ok && took_ms <= PROMPT_ms) this.#utc.set(utc_ms + Math.floor(took_ms / 2));
  }
}
