import type { CoapEndpoint } from "firmware/coap/endpoint";
import { Timer, type Kernel } from "firmware/kernel/kernel";
import { Conversation } from "./conversation";
import { Read } from "./read";
import type { MeterRecord } from "./store";

export const CYCLE_MS = 4 * 3_600_000;
/** After the hour, so that a meter whose clock is slow has closed its interval. */
export const READ_DELAY_MS = 10_000;
/** A read that failed is tried again after so long, and after twice as long each further time. */
const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 16 * 60_000;
/** After a meter has told something through a collector: after an outage others follow it, and take all the room there is. */
const GIVE_WAY_MS = 2_000;
/** With these waits a read is given up after about two hours: the next cycle's fetches what it missed. */
const ATTEMPTS = 12;

/** How many meters are read through one collector. */
export interface Pace {
  /** At a time. */
  readonly inFlight: number;
  /** From the start of one to the start of the next, where they are few. */
  readonly spacing_ms: number;
  /** Over so long, where they are so many that it takes a closer spacing. */
  readonly spread_ms: number;
}

export interface PollerOptions {
  readonly kernel: Kernel;
  /** With an exchange for each read in flight. */
  readonly coap: CoapEndpoint;
  /** UTC, which the head end knows. */
  readonly utc_ms: () => number;
  /** The collector that has a meter; undefined where none has. */
  readonly lineOf: (meter: MeterRecord) => number | undefined;
  /** Addresses, by number. */
  readonly collectors: readonly Uint8Array[];
  readonly pace: Pace;
}

/** What goes through one collector. */
interface Lane {
  /** The collector's number. */
  readonly line: number;
  readonly waiting: Read[];
  inFlight: number;
  spacing_ms: number;
  /** UTC from which the next may start. */
  next_ms: number;
}

/** A read that waits for its next attempt. */
interface Deferred {
  at_ms: number;
  readonly read: Read;
}

/**
 * Reads every meter each {@link CYCLE_MS}, through each collector at its {@link Pace}. What fails is tried again in the
 * same cycle; a meter that no collector has waits until one has it.
 */
export class Poller {
  /** An attempt's first request is about to leave. */
  onStart: (read: Read) => void = () => {};
  /** A read is done, or has failed for this cycle. */
  onRead: (read: Read) => void = () => {};
  readonly #options: PollerOptions;
  readonly #meters: MeterRecord[] = [];
  readonly #lanes = new Map<number, Lane>();
  /** By time. */
  readonly #deferred: Deferred[] = [];
  readonly #busy = new Set<MeterRecord>();
  readonly #cycle: Timer;
  readonly #timer: Timer;
  /** Of the cycle under way, 0 before the first; and of the one to come. */
  #due_ms = 0;
  #nextDue_ms = 0;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#cycle = new Timer(options.kernel, () => this.#begin());
    this.#timer = new Timer(options.kernel, () => this.#dispatch());
  }

  /** Reads not done yet. */
  get outstanding(): number {
    let count = this.#busy.size + this.#deferred.length;
    for (const { waiting } of this.#lanes.values()) count += waiting.length;
    return count;
  }

  /** From now on `meter` is read with the others; at once, where they were read already. */
  add(meter: MeterRecord): void {
    this.#meters.push(meter);
    if (this.#due_ms === 0) return;
    this.#queue(new Read(meter, this.#due_ms));
    this.#dispatch();
  }

  /** A collector has `meter` again: its read waits no longer. */
  found(meter: MeterRecord): void {
    const at = this.#deferred.findIndex(({ read }) => read.meter === meter);
    if (at < 0) return;
    const [{ read }] = this.#deferred.splice(at, 1);
    this.#queue(read);
    this.#dispatch();
  }

  /** `meter` tells something through its collector, and no read begins there for a while: it can wait, others cannot. */
  giveWay(meter: MeterRecord): void {
    const line = this.#options.lineOf(meter);
    if (line === undefined) return;
    const lane = this.#lane(line);
    lane.next_ms = Math.max(lane.next_ms, this.#options.utc_ms() + GIVE_WAY_MS);
  }

  /** Starts the cycles at the next multiple of {@link CYCLE_MS} of UTC. */
  start(): void {
    const now_ms = this.#options.utc_ms();
    this.#schedule((Math.floor(now_ms / CYCLE_MS) + 1) * CYCLE_MS);
  }

  stop(): void {
    this.#cycle.stop();
  }

  /** Reads all meters now; `due_ms` is when that fell due. */
  readAll(due_ms: number): void {
    for (const meter of this.#meters) this.#queue(new Read(meter, due_ms));
    const { spacing_ms, spread_ms } = this.#options.pace;
    for (const lane of this.#lanes.values())
      lane.spacing_ms = Math.min(spacing_ms, Math.floor(spread_ms / lane.waiting.length));
    this.#dispatch();
  }

  #schedule(due_ms: number): void {
    this.#nextDue_ms = due_ms;
    this.#cycle.startIn(due_ms + READ_DELAY_MS - this.#options.utc_ms());
  }

  /** What the last cycle has left undone is a part of the new one's reads. */
  #begin(): void {
    const left = this.#deferred.splice(0).map(({ read }) => read);
    for (const { waiting } of this.#lanes.values()) left.push(...waiting.splice(0));
    for (const read of left) this.onRead(read);
    this.#due_ms = this.#nextDue_ms;
    this.#schedule(this.#due_ms + CYCLE_MS);
    this.readAll(this.#due_ms);
  }

  /** Puts a read behind the others of its meter's collector. */
  #queue(read: Read): void {
    const line = this.#options.lineOf(read.meter);
    if (line === undefined) {
      this.#defer(read, LAST_RETRY_MS);
      return;
    }
    this.#lane(line).waiting.push(read);
  }

  #lane(line: number): Lane {
    const { spacing_ms } = this.#options.pace;
    let lane = this.#lanes.get(line);
    if (lane === undefined)
      this.#lanes.set(line, (lane = { line, waiting: [], inFlight: 0, spacing_ms, next_ms: 0 }));
    return lane;
  }

  #defer(read: Read, delay_ms: number): void {
    const at_ms = this.#options.utc_ms() + delay_ms;
    let at = this.#deferred.length;
    while (at > 0 && this.#deferred[at - 1].at_ms > at_ms) at--;
    this.#deferred.splice(at, 0, { at_ms, read });
  }

  /** Starts what may start now, and comes back when more may. */
  #dispatch(): void {
    const now_ms = this.#options.utc_ms();
    while (this.#deferred.length > 0 && this.#deferred[0].at_ms <= now_ms)
      this.#queue(this.#deferred.shift()!.read);
    let next_ms = this.#deferred.at(0)?.at_ms ?? Infinity;
    for (const lane of this.#lanes.values()) next_ms = Math.min(next_ms, this.#fill(lane, now_ms));
    if (next_ms < Infinity) this.#timer.startIn(Math.max(0, next_ms - now_ms));
  }

  /** Answers when the lane's next read may start; Infinity where another has to end before. */
  #fill(lane: Lane, now_ms: number): number {
    const { inFlight } = this.#options.pace;
    while (lane.inFlight < inFlight && lane.waiting.length > 0) {
      if (now_ms < lane.next_ms) return lane.next_ms;
      const read = lane.waiting.shift()!;
      if (this.#busy.has(read.meter)) {
        this.#defer(read, FIRST_RETRY_MS);
        continue;
      }
      lane.next_ms = now_ms + lane.spacing_ms;
      this.#visit(read, lane);
    }
    return Infinity;
  }

  #visit(read: Read, lane: Lane): void {
    const { coap, utc_ms, collectors } = this.#options;
    const { meter } = read;
    lane.inFlight++;
    this.#busy.add(meter);
    read.attempts++;
    read.requests = 0;
    read.started_ms = utc_ms();
    this.onStart(read);
    new Conversation({
      coap,
      utc_ms,
      read,
      collector: collectors[lane.line],
      onRead: () => {
        read.done_ms = utc_ms();
        this.onRead(read);
      },
      onEnd: (isRead) => {
        lane.inFlight--;
        this.#busy.delete(meter);
        if (!isRead) this.#failed(read);
        this.#dispatch();
      },
    });
  }

  #failed(read: Read): void {
    const isOver = read.attempts >= ATTEMPTS || read.due_ms < this.#due_ms;
    if (isOver) this.onRead(read);
    else this.#defer(read, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (read.attempts - 1)));
  }
}
