/** The body of a power notice (docs/cddl/power.cddl). */
import { readMapHead, readUint, writeMapHead, writeUint } from "firmware/codec/cbor";
import type { Reader, Writer } from "firmware/codec/cursor";
import { PowerNotice } from "firmware/power/notice";

export { PowerNotice } from "firmware/power/notice";

/** The head end's resource that takes notices. */
export const POWER_PATH = "power";

/** Keys, in the order in which they stand; the last two only where they are known. */
const Key = Object.freeze({ start: 0, reason: 1, failed: 2, restored: 3 });
const LEAST_PAIRS = 2;

export function encodeNotice(w: Writer, notice: PowerNotice): void {
  const hasFailed = notice.failed_ms > 0;
  const isRestored = notice.restored_ms >= 0;
  writeMapHead(w, LEAST_PAIRS + (hasFailed ? 1 : 0) + (isRestored ? 1 : 0));
  writeUint(w, Key.start);
  writeUint(w, notice.start);
  writeUint(w, Key.reason);
  writeUint(w, notice.reason);
  if (hasFailed) {
    writeUint(w, Key.failed);
    writeUint(w, notice.failed_ms);
  }
  if (isRestored) {
    writeUint(w, Key.restored);
    writeUint(w, notice.restored_ms);
  }
}

/** Reads a notice up to the end of `r`. False: it is malformed, and `into` is left half-filled. */
export function decodeNotice(r: Reader, into: PowerNotice): boolean {
  const pairs = readMapHead(r);
  into.failed_ms = 0;
  into.restored_ms = -1;
  let isWhole = pairs >= LEAST_PAIRS && readUint(r) === Key.start;
  into.start = readUint(r);
  isWhole = isWhole && readUint(r) === Key.reason;
  into.reason = readUint(r);
  let before: number = Key.reason;
  for (let pair = LEAST_PAIRS; pair < pairs && r.ok; pair++) {
    const key = readUint(r);
    const value = readUint(r);
    if (key <= before || key > Key.restored) return false;
    if (key === Key.failed) into.failed_ms = value;
    else into.restored_ms = value;
    before = key;
  }
  return isWhole && r.ok && r.remaining === 0;
}
