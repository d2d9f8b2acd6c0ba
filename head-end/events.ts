import { Reader } from "firmware/codec/cursor";
import { decodeEvents, EventChain, type EventRecord, Events } from "firmware/events/codec";

/** What does not fit the chain. */
export type ChainBreak =
  /** An answer's events do not lead from its first value of the chain to its last: one of them was altered or moved. */
  | "altered"
  /** It does not go on from the value that is known: what was read before was altered or removed since. */
  | "rewritten"
  /** Events between are not in the log any more, overwritten or removed. */
  | "missing"
  /** The log has fewer events than were read. */
  | "shortened";

/** What {@link EventHistory.take} made of an answer. */
export interface TakenEvents {
  /** False: it was malformed, and nothing was kept. */
  readonly ok: boolean;
  /** The meter has newer events. */
  readonly more: boolean;
}

/** The events of one meter, with the proof that its log was not tampered with: a hash chain across all reads. */
export class EventHistory {
  readonly events: EventRecord[] = [];
  /** Number of the newest event read; 0 before the first. */
  last = 0;
  /** In the order in which they showed; `at` is the number of the event. */
  readonly breaks: { at: number; what: ChainBreak }[] = [];
  readonly #chain = new EventChain();
  readonly #answer = new Events();

  /** Keeps the events of an answer of `/ev`. What does not fit the chain is kept, and said. */
  take(body: Uint8Array): TakenEvents {
    const answer = this.#answer;
    if (!decodeEvents(new Reader(body), answer)) return { ok: false, more: false };
    const { first, events } = answer;
    if (answer.newest < this.last) this.#broken(answer.newest, "shortened");
    else if (first > this.last + 1) this.#broken(first, "missing");
    else if (first <= this.last) return { ok: false, more: false };
    else if (!this.#chain.equals(answer.before, 0)) this.#broken(first, "rewritten");

    this.#chain.set(answer.before, 0);
    for (const event of events) this.#chain.add(event);
    if (!this.#chain.equals(answer.after, 0)) this.#broken(first, "altered");
    this.#chain.set(answer.after, 0);
    this.events.push(...events);
    this.last = first + events.length - 1;
    return { ok: true, more: events.length > 0 && answer.newest > this.last };
  }

  #broken(at: number, what: ChainBreak): void {
    this.breaks.push({ at, what });
  }
}
