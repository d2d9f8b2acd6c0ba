import { type Reader, Writer } from "firmware/codec/cursor";
import { Sha256 } from "firmware/codec/sha256";

/** An event as it is kept and hashed: sequence (4), time (6), code (2), argument (4). */
export const EVENT_BYTES = 16;
export const EVENT_SEQUENCE_AT = 0;
/** The first bytes of SHA-256. */
export const CHAIN_BYTES = 8;

/** A time below this is an uptime: the UTC was not known. It is in 2004, and an uptime of 34 years. */
export const UPTIME_LIMIT_ms = 2 ** 40;
const MAX_ARGUMENT = 0x7fffffff;

/** One event, made once and filled by whoever reads. */
export class EventRecord {
  sequence = 0;
  /** UTC in ms, or below {@link UPTIME_LIMIT_ms} the uptime at which it was recorded. */
  time_ms = 0;
  code = 0;
  argument = 0;

  /** UTC, or 0 where the time was not known. */
  get utc_ms(): number {
    return this.time_ms < UPTIME_LIMIT_ms ? 0 : this.time_ms;
  }

  write(w: Writer): void {
    w.u32(this.sequence);
    w.u48(this.time_ms);
    w.u16(this.code);
    w.u32(this.argument);
  }

  read(r: Reader): void {
    this.sequence = r.u32();
    this.time_ms = r.u48();
    this.code = r.u16();
    this.argument = r.u32() | 0;
  }
}

/** What an argument of 32 bits can say of `value`. */
export function toArgument(value: number): number {
  return Math.max(-MAX_ARGUMENT, Math.min(value, MAX_ARGUMENT));
}

/**
 * The hash chain over events: the value after an event is the first bytes of SHA-256 over the value before it and the
 * event's {@link EVENT_BYTES}. Before the first event it is all zeros.
 */
export class EventChain {
  readonly value = new Uint8Array(CHAIN_BYTES);

  /** Starts from the chain value at `offset` of `from`. */
  set(from: Uint8Array, offset: number): void {
    for (let i = 0; i < CHAIN_BYTES; i++) this.value[i] = from[offset + i];
  }

  /** Events are few: what this takes is made for each of them. */
  add(event: EventRecord): void {
    const bytes = new Uint8Array(EVENT_BYTES);
    event.write(new Writer(bytes));
    const sha = new Sha256();
    sha.add(this.value, 0, CHAIN_BYTES);
    sha.add(bytes, 0, EVENT_BYTES);
    sha.finish(this.value, 0, CHAIN_BYTES);
  }

  equals(other: Uint8Array, offset: number): boolean {
    for (let i = 0; i < CHAIN_BYTES; i++) if (this.value[i] !== other[offset + i]) return false;
    return true;
  }
}
