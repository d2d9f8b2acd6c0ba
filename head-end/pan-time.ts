import { decodePanTime } from "firmware/clock/codec";
import type { CoapEndpoint } from "firmware/coap/endpoint";
import { Code } from "firmware/coap/resource";
import { Reader } from "firmware/codec/cursor";
import { serverAt } from "./address";

/** What an answer may take for half of it to be a good guess of the way there. */
export const TRUSTED_ROUND_TRIP_MS = 1_500;

/** A moment, in UTC and in the time that all nodes of a PAN share; that is -1 where they share none. */
export interface PanMoment {
  readonly utc_ms: number;
  readonly pan_ms: number;
}

/**
 * Asks a collector for its PAN's time: what is said in terms of it may be under way for as long as it takes.
 * @param collector its address
 * @param onMoment gets undefined where there was no answer, or it took too long
 */
export function askPanTime(
  coap: CoapEndpoint,
  collector: Uint8Array,
  utc_ms: () => number,
  onMoment: (moment: PanMoment | undefined) => void,
): void {
  const asked_ms = utc_ms();
  const peer = serverAt(collector);
  coap.request({ peer, code: Code.get, path: "time" }, ({ failure, code, body, bodyOffset, bodyLength }) => {
    const roundTrip_ms = utc_ms() - asked_ms;
    const isGood = failure === 0 && code === Code.content && roundTrip_ms <= TRUSTED_ROUND_TRIP_MS;
    if (!isGood) return onMoment(undefined);
    const pan_ms = decodePanTime(new Reader(body, bodyOffset, bodyOffset + bodyLength));
    onMoment({ utc_ms: asked_ms + Math.round(roundTrip_ms / 2), pan_ms });
  });
}
