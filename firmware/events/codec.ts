/** The answer of `/ev` (docs/cddl/ev.cddl): events that follow each other in number, and the hash chain around them. */
import {
  readArrayHead,
  readBytes,
  readInt,
  readUint,
  writeArrayHead,
  writeBytes,
  writeInt,
  writeUint,
} from "firmware/codec/cbor";
import type { Reader, Writer } from "firmware/codec/cursor";
import { CHAIN_BYTES, EventChain, EventRecord } from "firmware/events/record";

export { EventCode } from "firmware/events/codes";
export { CHAIN_BYTES, EventChain, EventRecord, UPTIME_LIMIT_ms } from "firmware/events/record";

const ITEMS = 5;
const EVENT_ITEMS = 3;
/** Heads and numbers before the events, and what an event takes at most. */
const MAX_FIXED_BYTES = 1 + 5 + 5 + 2 * (1 + CHAIN_BYTES) + 3;
const MAX_EVENT_BYTES = 1 + 9 + 3 + 5;

/** Where events come from: the event log. */
export interface EventSource {
  readonly first: number;
  readonly next: number;
  read(sequence: number, into: EventRecord): boolean;
  /** Puts `into` to the value after event `sequence`. False: that is not known. */
  readChain(sequence: number, into: EventChain): boolean;
}

/**
 * Writes the events after number `since`, at most `most`, and no more than there is room for. It begins with the first
 * event that can be read with the chain's value before it, and ends before one that cannot.
 */
export function encodeEvents(w: Writer, source: EventSource, since: number, most: number): void {
  const event = new EventRecord();
  const chain = new EventChain();
  const room = Math.floor((w.end - w.at - MAX_FIXED_BYTES) / MAX_EVENT_BYTES);
  let first = Math.max(source.first, Math.min(since + 1, source.next));
  while (first < source.next && !(source.readChain(first - 1, chain) && source.read(first, event))) first++;
  let end = first;
  while (end < source.next && end - first < Math.min(most, room) && source.read(end, event)) end++;

  writeArrayHead(w, ITEMS);
  writeUint(w, source.next - 1);
  writeUint(w, first);
  writeChain(w, source, first - 1, chain);
  writeArrayHead(w, end - first);
  for (let sequence = first; sequence < end; sequence++) {
    source.read(sequence, event);
    writeArrayHead(w, EVENT_ITEMS);
    writeUint(w, event.time_ms);
    writeUint(w, event.code);
    writeInt(w, event.argument);
  }
  writeChain(w, source, end - 1, chain);
}

function writeChain(w: Writer, source: EventSource, sequence: number, chain: EventChain): void {
  if (!source.readChain(sequence, chain)) chain.value.fill(0);
  writeBytes(w, chain.value, 0, CHAIN_BYTES);
}

/** An answer of `/ev` taken apart, by the head end. */
export class Events {
  /** Number of the newest event in the meter's log: where it is beyond the last here, there is more. */
  newest = 0;
  /** Number of the first event here; where there is none, of the one that will follow. */
  first = 0;
  /** The chain's value before the first, and after the last. */
  before: Uint8Array = new Uint8Array(0);
  after: Uint8Array = new Uint8Array(0);
  events: EventRecord[] = [];
}

/** Reads an answer up to the end of `r`. False: it is malformed, and `into` is left half-filled. */
export function decodeEvents(r: Reader, into: Events): boolean {
  const items = readArrayHead(r);
  into.newest = readUint(r);
  into.first = readUint(r);
  into.before = readChain(r);
  into.events = [];
  const count = readArrayHead(r);
  for (let i = 0; i < count && r.ok; i++) {
    const event = new EventRecord();
    if (readArrayHead(r) !== EVENT_ITEMS) return false;
    event.sequence = into.first + i;
    event.time_ms = readUint(r);
    event.code = readUint(r);
    event.argument = readInt(r);
    into.events.push(event);
  }
  into.after = readChain(r);
  return items === ITEMS && r.ok && r.remaining === 0;
}

function readChain(r: Reader): Uint8Array {
  const length = readBytes(r);
  if (length !== CHAIN_BYTES) r.ok = false;
  return r.bytes.slice(r.at - length, r.at);
}
