import { readMapHead, readUint, writeMapHead, writeUint } from "firmware/codec/cbor";
import type { Reader, Writer } from "firmware/codec/cursor";

/** Keys of `/reset` (docs/cddl/reset.cddl). */
const DUE = 0;

export const RESET_PATH = "reset";

/** Writes the body that has demand reset at `due_s` UTC. */
export function encodeReset(w: Writer, due_s: number): void {
  writeMapHead(w, 1);
  writeUint(w, DUE);
  writeUint(w, due_s);
}

/** Answers when demand is to be reset, in seconds of UTC; -1 where the body is malformed. */
export function decodeReset(r: Reader): number {
  const isReset = readMapHead(r) === 1 && readUint(r) === DUE;
  const due_s = readUint(r);
  return isReset && r.ok && r.remaining === 0 ? due_s : -1;
}
