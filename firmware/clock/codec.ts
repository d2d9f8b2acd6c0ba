import {
  Major,
  peekMajor,
  readMapHead,
  readUint,
  skip,
  writeMapHead,
  writeNull,
  writeUint,
} from "firmware/codec/cbor";
import type { Reader, Writer } from "firmware/codec/cursor";

/** Keys of `/time` (docs/cddl/time.cddl). */
export const TimeKey = Object.freeze({
  utc_ms: 0,
  uptime_ms: 1,
  lastSet_ms: 2,
  drift_ppb: 3,
  force: 4,
  pan_ms: 5,
});

/** Writes the body that sets a node's time; `forced` moves it however far that is. */
export function encodeSetTime(w: Writer, utc_ms: number, forced = false): void {
  writeMapHead(w, forced ? 2 : 1);
  writeUint(w, TimeKey.utc_ms);
  writeUint(w, utc_ms);
  if (!forced) return;
  writeUint(w, TimeKey.force);
  writeUint(w, 1);
}

/** The same however long it is under way, for one node of a PAN or all: it was `utc_ms` when the PAN's time was `pan_ms`. */
export function encodeSetTimeByPan(w: Writer, utc_ms: number, pan_ms: number): void {
  writeMapHead(w, 2);
  writeUint(w, TimeKey.utc_ms);
  writeUint(w, utc_ms);
  writeUint(w, TimeKey.pan_ms);
  writeUint(w, pan_ms);
}

/** The PAN's time of an answer of `/time`; -1 where it has none, or is malformed. */
export function decodePanTime(r: Reader): number {
  const pairs = readMapHead(r);
  let pan_ms = -1;
  for (let i = 0; i < pairs && r.ok; i++) {
    if (readUint(r) === TimeKey.pan_ms && peekMajor(r) === Major.unsigned) pan_ms = readUint(r);
    else skip(r);
  }
  return r.ok ? pan_ms : -1;
}

/** Writes a time in milliseconds, or null where it is not known. */
export function writeTime(w: Writer, known: boolean, utc_ms: number): void {
  if (known) writeUint(w, utc_ms);
  else writeNull(w);
}
