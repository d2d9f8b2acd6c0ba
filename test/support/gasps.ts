import { Writer } from "firmware/codec/cursor";
import { GaspMessage, GaspReader } from "firmware/power/gasp-codec";

/** A last gasp, in a form that can be compared. */
export interface PlainGasp {
  eui64: number[];
  failed_s: number;
}

/** The body of a message of gasps, of as many of the first ones as fit. */
export function gaspBody(gasps: readonly PlainGasp[]): Uint8Array {
  const message = new GaspMessage({
    eui64: Uint8Array.from(gasps.flatMap(({ eui64 }) => eui64)),
    failed_s: Uint32Array.from(gasps.map(({ failed_s }) => failed_s)),
  });
  let row = 0;
  while (row < gasps.length && message.take(row)) row++;
  const w = new Writer(new Uint8Array(1024));
  message.write(w);
  return w.bytes.slice(0, w.length);
}

/** What is in a body; undefined where it is malformed. */
export function gaspsIn(body: Uint8Array): PlainGasp[] | undefined {
  const reader = new GaspReader();
  if (!reader.begin(body, 0, body.length)) return undefined;
  const gasps: PlainGasp[] = [];
  while (reader.next()) gasps.push({ eui64: [...reader.gasp.eui64], failed_s: reader.gasp.failed_s });
  return gasps;
}
