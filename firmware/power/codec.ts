/** The body of a power notice (docs/cddl/power.cddl); and what reads last gasps. */
import { readMapHead, readUint, writeMapHead, writeUint } from "firmware/codec/cbor";
import type { Reader, Writer } from "firmware/codec/cursor";
import { PowerNotice } from "firmware/power/notice";

export { type Gasp, GASP_PATH, GaspReader } from "firmware/power/gasp-codec";
export { PowerNotice } from "firmware/power/notice";

/** The head end's resource that takes notices. */
export const POWER_PATH = "power";

/** Keys, in the order in which they stand; `failed` only where that is known. */
const Key = Object.freeze({ start: 0, reason: 1, failed: 2, restored: 3 });
const LEAST_PAIRS = 3;

export function encodeNotice(w: Writer, notice: PowerNotice): void {
  const hasFailed = notice.failed_ms > 0;
  writeMapHead(w, LEAST_PAIRS + (hasFailed ? 1 : 0));
  writeUint(w, Key.start);
  writeUint(w, notice.start);
  writeUint(w, Key.reason);
  writeUint(w, notice.reason);
  if (hasFailed) {
    writeUint(w, Key.failed);
    writeUint(w, notice.failed_ms);
  }
  writeUint(w, Key.restored);
  writeUint(w, notice.restored_ms);
}

/** Reads a notice up to the end of `r`. False: it is malformed, and `into` is left half-filled. */
export function decodeNotice(r: Reader, into: PowerNotice): boolean {
  const pairs = readMapHead(r);
  const hasFailed = pairs > LEAST_PAIRS;
  let isWhole = pairs === LEAST_PAIRS || pairs === LEAST_PAIRS + 1;
  isWhole = isWhole && readUint(r) === Key.start;
  into.start = readUint(r);
  isWhole = isWhole && readUint(r) === Key.reason;
  into.reason = readUint(r);
  isWhole = isWhole && (!hasFailed || readUint(r) === Key.failed);
  into.failed_ms = hasFailed ? readUint(r) : 0;
  isWhole = isWhole && readUint(r) === Key.restored;
  into.restored_ms = readUint(r);
  return isWhole && r.ok && r.remaining === 0;
}
