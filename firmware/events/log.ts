import type { UtcClock } from "firmware/clock/utc";
import { Writer } from "firmware/codec/cursor";
import { EventCode, startArgument, startNumber } from "firmware/events/codes";
import type { EventSource } from "firmware/events/codec";
import {
  CHAIN_BYTES,
  EVENT_BYTES,
  EVENT_SEQUENCE_AT,
  EventChain,
  EventRecord,
  toArgument,
} from "firmware/events/record";
import type { RecordBuffer } from "firmware/storage/record-buffer";
import type { AppendRing } from "firmware/storage/ring";
import { positionOf, readBefore, readFrom } from "firmware/storage/search";
import { ResetReason } from "hal/reset";

export { EventCode } from "firmware/events/codes";
export { EventRecord } from "firmware/events/record";

/** Events that wait in memory for the flash to take them. */
export const EVENT_QUEUE = 16;
/** A fault that repeats is one event, until it has stayed away so long. */
export const QUIET_ms = 600_000;

/** What a record of the ring holds: an event, and the chain's value after it. */
export const EVENT_RECORD_BYTES = EVENT_BYTES + CHAIN_BYTES;

/**
 * The event log on flash, numbered from 1 on over the meter's life, each event with the value of a hash chain
 * ({@link EventChain}): a record that was removed or altered shows to whoever knows a later value. An event goes to
 * flash at once; while the supply sags only where that takes no erase, and what the flash does not take waits in a
 * queue. Memory is the queue, whatever the size of the partition.
 */
export class EventLog implements EventSource {
  /** Sequence number that the next event gets. */
  next = 1;
  /** The number of the last start of the software that was recorded, from 1 on; 0 for none. */
  starts = 0;
  /** Events in the queue: the newest ones. Event n stands in slot n mod {@link EVENT_QUEUE}. */
  queued = 0;
  readonly utc: UtcClock;
  readonly #ring: AppendRing;
  readonly #buffer: RecordBuffer;
  /** After the newest event. */
  readonly #chain = new EventChain();
  readonly #event = new EventRecord();
  readonly #queue = new Uint8Array(EVENT_QUEUE * EVENT_RECORD_BYTES);
  #lost = 0;
  /** The position read last, and the number of its event. */
  #position = 0;
  #sequence = 0;
  /** Uptime at which a fault was last seen, by code; most never are. */
  readonly #seen_ms: (number | undefined)[] = [];

  /**
   * Goes on after the newest event that `ring` holds, and looks back for the newest start.
   * @param buffer shared with others
   */
  constructor(utc: UtcClock, ring: AppendRing, buffer: RecordBuffer) {
    this.utc = utc;
    this.#ring = ring;
    this.#buffer = buffer;
    const event = this.#event;
    for (let at = this.loadBefore(ring.end); at >= 0 && this.starts === 0; at = this.loadBefore(at)) {
      if (this.next === 1) {
        this.next = event.sequence + 1;
        this.#chain.set(buffer.bytes, EVENT_BYTES);
      }
      if (event.code === EventCode.powerUp || event.code === EventCode.restarted)
        this.starts = startNumber(event.argument);
    }
  }

  /**
   * The oldest event that can be verified: of the oldest record only the chain's value is of use, unless it is the
   * first of all. Equal to {@link next} when there is none.
   */
  get first(): number {
    if (this.loadFrom(this.#ring.oldest) < 0) return this.next - this.queued;
    return this.#event.sequence === 1 ? 1 : this.#event.sequence + 1;
  }

  /** The software has started. @param reason a {@link ResetReason} */
  start(reason: number): void {
    this.starts++;
    const code = reason === ResetReason.powerUp ? EventCode.powerUp : EventCode.restarted;
    this.record(code, startArgument(this.starts, reason));
  }

  /** Records an event of {@link EventCode}. What 32 bits cannot say of the argument is cut. */
  record(code: number, argument = 0): void {
    this.recordAt(this.now_ms(), code, argument);
  }

  /** Records an event that happened at `time_ms`, see {@link EventRecord.time_ms}. */
  recordAt(time_ms: number, code: number, argument: number): void {
    this.flush();
    const lost = this.#lost;
    const isFull = this.queued + (lost > 0 ? 1 : 0) >= EVENT_QUEUE;
    this.#lost = isFull ? lost + 1 : 0;
    if (isFull) return;
    if (lost > 0) this.append(this.now_ms(), EventCode.eventsLost, lost);
    this.append(time_ms, code, argument);
  }

  /** A fault was seen: records it unless it was seen within the last {@link QUIET_ms}. */
  fault(code: number, argument = 0): void {
    const now_ms = this.utc.uptime_ms();
    const seen_ms = this.#seen_ms[code] ?? -QUIET_ms;
    this.#seen_ms[code] = now_ms;
    if (now_ms - seen_ms >= QUIET_ms) this.record(code, argument);
  }

  /** The time as an event has it. */
  now_ms(): number {
    return this.utc.known ? this.utc.utc_ms() : this.utc.uptime_ms();
  }

  /** False: there is no event of this number any more, or yet, or it does not read well. */
  read(sequence: number, into: EventRecord): boolean {
    if (!this.load(sequence)) return false;
    into.read(this.#buffer.open(EVENT_BYTES));
    return true;
  }

  readChain(sequence: number, into: EventChain): boolean {
    if (sequence === 0) into.value.fill(0);
    else if (this.load(sequence)) into.set(this.#buffer.bytes, EVENT_BYTES);
    else return false;
    return true;
  }

  /** Brings the queue to flash, as far as it takes it. */
  flush(): void {
    const ring = this.#ring;
    while (this.queued > 0) {
      this.unqueue(this.next - this.queued);
      if (ring.append(this.#buffer.bytes) === 0) return;
      this.queued--;
    }
  }

  private append(time_ms: number, code: number, argument: number): void {
    const event = this.#event;
    event.sequence = this.next++;
    event.time_ms = time_ms;
    event.code = code;
    event.argument = toArgument(argument);
    this.#chain.add(event);
    const at = (event.sequence % EVENT_QUEUE) * EVENT_RECORD_BYTES;
    const w = new Writer(this.#queue, at, at + EVENT_RECORD_BYTES);
    event.write(w);
    w.copy(this.#chain.value, 0, CHAIN_BYTES);
    this.queued++;
    this.flush();
  }

  /** Leaves the record of an event in the buffer. */
  private load(sequence: number): boolean {
    if (sequence >= this.next - this.queued) {
      if (sequence < this.next) this.unqueue(sequence);
      return sequence < this.next;
    }
    const { bytes } = this.#buffer;
    // Whoever reads them one after the other finds the next where the last one was, or right after it.
    const isNear = sequence === this.#sequence || sequence === this.#sequence + 1;
    const from = isNear ? this.#position : positionOf(this.#ring, sequence, EVENT_SEQUENCE_AT, bytes);
    let at = this.loadFrom(from);
    // A record may be there twice.
    while (at >= 0 && this.#event.sequence < sequence) at = this.loadFrom(at + 1);
    return at >= 0 && this.#event.sequence === sequence;
  }

  /** Leaves the first record from a position on in the buffer, and its event in `#event`; answers where it is, or -1. */
  private loadFrom(position: number): number {
    return this.take(readFrom(this.#ring, position, this.#ring.end, this.#buffer.bytes));
  }

  /** Likewise the last record before a position. */
  private loadBefore(position: number): number {
    return this.take(readBefore(this.#ring, position, this.#buffer.bytes));
  }

  private take(position: number): number {
    if (position < 0) return position;
    this.#event.read(this.#buffer.open(EVENT_BYTES));
    this.#position = position;
    this.#sequence = this.#event.sequence;
    return position;
  }

  private unqueue(sequence: number): void {
    const at = (sequence % EVENT_QUEUE) * EVENT_RECORD_BYTES;
    this.#buffer.begin(EVENT_RECORD_BYTES).copy(this.#queue, at, EVENT_RECORD_BYTES);
  }
}
