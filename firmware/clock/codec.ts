import { writeMapHead, writeNull, writeUint } from "firmware/codec/cbor";
import type { Writer } from "firmware/codec/cursor";

/** Keys of `/time` (docs/cddl/time.cddl). */
export const TimeKey = Object.freeze({ utc_ms: 0, uptime_ms: 1, lastSet_ms: 2, drift_ppb: 3, force: 4 });

/** Writes the body that sets a node's time; `forced` moves it however far that is. */
export function encodeSetTime(w: Writer, utc_ms: number, forced = false): void {
  writeMapHead(w, forced ? 2 : 1);
  writeUint(w, TimeKey.utc_ms);
  writeUint(w, utc_ms);
  if (!forced) return;
  writeUint(w, TimeKey.force);
  writeUint(w, 1);
}

/** Writes a time in milliseconds, or null where it is not known. */
export function writeTime(w: Writer, known: boolean, utc_ms: number): void {
  if (known) writeUint(w, utc_ms);
  else writeNull(w);
}
