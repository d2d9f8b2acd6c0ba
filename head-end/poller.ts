import { encodeSetTime } from "firmware/clock/codec";
import { Writer } from "firmware/codec/cursor";
import { COAP_PORT, type CoapEndpoint } from "firmware/coap/endpoint";
import type { Answer, AnswerHandler, Call } from "firmware/coap/exchange";
import { NO_CALL } from "firmware/coap/client";
import { Code, ContentFormat } from "firmware/coap/resource";
import { Peer } from "firmware/ip/socket";
import { Timer, type Kernel } from "firmware/kernel/kernel";
import type { MeterRecord } from "./store";

export const CYCLE_MS = 4 * 3_600_000;
/** After the hour, so that a meter whose clock is slow has closed its interval. */
export const READ_DELAY_MS = 10_000;
/** A read that failed is tried again after so long. */
const RETRY_MS = 60_000;
const ATTEMPTS = 5;
const TIME_SYNC_MS = 24 * 3_600_000;
/** Events are read when something shows that there are some, and so often at least. */
const EVENTS_PERIOD_MS = 24 * 3_600_000;
/** What the time takes to a meter: the backhaul, and a hop. */
const ONE_WAY_MS = 120;
const TRUSTED_ROUND_TRIP_MS = 1_500;
/** A read may take several requests after an outage; a meter that always has more is not believed. */
const MAX_REQUESTS = 400;

export interface PollerOptions {
  readonly kernel: Kernel;
  readonly coap: CoapEndpoint;
  /** UTC, which the head end knows. */
  readonly utc_ms: () => number;
  /** How many meters are read at a time. */
  readonly inFlight: number;
}

/** One read of one meter: everything since the last one. */
export interface Read {
  readonly meter: MeterRecord;
  /** UTC at which it fell due. */
  readonly due_ms: number;
  attempts: number;
  requests: number;
  /** Whether blocks may be primed on the intervals kept; not once such a block was refused. */
  primes: boolean;
  /** UTC of the first byte of the request that began the last attempt. */
  started_ms: number;
  /** UTC of the complete answer; undefined while there is none. */
  done_ms: number | undefined;
}

/** Reads every meter each {@link CYCLE_MS}, and sets their clocks once a day. */
export class Poller {
  /** An attempt's first request is about to leave. */
  onStart: (read: Read) => void = () => {};
  /** A read is done, or has failed for this cycle. */
  onRead: (read: Read) => void = () => {};
  readonly #options: PollerOptions;
  readonly #meters: MeterRecord[] = [];
  readonly #waiting: Read[] = [];
  readonly #retries: { at_ms: number; read: Read }[] = [];
  readonly #cycle: Timer;
  readonly #retry: Timer;
  #inFlight = 0;
  #due_ms = 0;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#cycle = new Timer(options.kernel, () => this.readAll(this.#due_ms));
    this.#retry = new Timer(options.kernel, () => this.#retryDue());
  }

  /** Reads not done yet. */
  get outstanding(): number {
    return this.#inFlight + this.#waiting.length + this.#retries.length;
  }

  /** From now on `meter` is read with the others. */
  add(meter: MeterRecord): void {
    this.#meters.push(meter);
  }

  /** Starts the cycles at the next multiple of {@link CYCLE_MS} of UTC. */
  start(): void {
    const now_ms = this.#options.utc_ms();
    this.#due_ms = (Math.floor(now_ms / CYCLE_MS) + 1) * CYCLE_MS;
    this.#cycle.startIn(this.#due_ms + READ_DELAY_MS - now_ms);
  }

  stop(): void {
    this.#cycle.stop();
  }

  /** Reads all meters now; `due_ms` is when that fell due. */
  readAll(due_ms: number): void {
    for (const meter of this.#meters) {
      this.#waiting.push({
        meter,
        due_ms,
        attempts: 0,
        requests: 0,
        primes: true,
        started_ms: 0,
        done_ms: undefined,
      });
    }
    this.#due_ms = due_ms + CYCLE_MS;
    this.#cycle.startIn(this.#due_ms + READ_DELAY_MS - this.#options.utc_ms());
    this.#next();
  }

  #next(): void {
    while (this.#inFlight < this.#options.inFlight) {
      const read = this.#waiting.shift();
      if (read === undefined) return;
      this.#inFlight++;
      read.attempts++;
      read.requests = 0;
      read.started_ms = this.#options.utc_ms();
      this.onStart(read);
      this.#ask(read);
    }
  }

  #ask(read: Read): void {
    const meter = read.meter;
    read.requests++;
    const primer = read.primes && meter.primer > 0 ? `&p=${meter.primer}` : "";
    const query = meter.last === undefined ? "" : `since=${meter.last}${primer}`;
    const call: Call = { peer: peerOf(meter), code: Code.get, path: "lp", query };
    this.#request(call, (answer) => this.#answered(read, answer));
  }

  #answered(read: Read, answer: Answer): void {
    if (answer.failure !== 0 || answer.code !== Code.content || answer.contentFormat !== ContentFormat.cbor) {
      this.#failed(read);
      return;
    }
    const taken = read.meter.take(bodyOf(answer));
    if (!taken.ok && read.primes) {
      // The meter may hold other intervals than we do: once more without what both should have.
      read.primes = false;
      this.#ask(read);
    } else if (!taken.ok || read.requests > MAX_REQUESTS) this.#failed(read);
    else if (taken.more) this.#ask(read);
    else {
      read.done_ms = this.#options.utc_ms();
      this.onRead(read);
      this.#readEvents(read.meter);
    }
  }

  #failed(read: Read): void {
    if (read.attempts < ATTEMPTS) {
      this.#retries.push({ at_ms: this.#options.utc_ms() + RETRY_MS, read });
      if (!this.#retry.armed) this.#retry.startIn(RETRY_MS);
    } else {
      this.onRead(read);
    }
    this.#release();
  }

  #release(): void {
    this.#inFlight--;
    this.#next();
  }

  #retryDue(): void {
    const now_ms = this.#options.utc_ms();
    while (this.#retries.length > 0 && this.#retries[0].at_ms <= now_ms) {
      this.#waiting.push(this.#retries.shift()!.read);
    }
    if (this.#retries.length > 0) this.#retry.startIn(this.#retries[0].at_ms - now_ms);
    this.#next();
  }

  /** After its intervals: a flag among them, or a notice, says that there are events. */
  #readEvents(meter: MeterRecord): void {
    const now_ms = this.#options.utc_ms();
    if (!meter.hasEvents && now_ms - meter.eventsRead_ms < EVENTS_PERIOD_MS) this.#setTime(meter);
    else this.#askEvents(meter, MAX_REQUESTS);
  }

  /** @param most requests */
  #askEvents(meter: MeterRecord, most: number): void {
    const query = `since=${meter.events.last}`;
    this.#request({ peer: peerOf(meter), code: Code.get, path: "ev", query }, (answer) => {
      const isAnswer = answer.failure === 0 && answer.code === Code.content;
      const taken = isAnswer && meter.events.take(bodyOf(answer));
      if (taken && taken.more && most > 1) {
        this.#askEvents(meter, most - 1);
        return;
      }
      if (taken && taken.ok) {
        meter.hasEvents = false;
        meter.eventsRead_ms = this.#options.utc_ms();
      }
      this.#setTime(meter);
    });
  }

  /** After its read a meter gets the time, once a day; then the next has its turn. */
  #setTime(meter: MeterRecord): void {
    const now_ms = this.#options.utc_ms();
    if (meter.timeSet_ms !== undefined && now_ms - meter.timeSet_ms < TIME_SYNC_MS) {
      this.#release();
      return;
    }
    const writer = new Writer(new Uint8Array(16));
    encodeSetTime(writer, now_ms + ONE_WAY_MS);
    const call: Call = {
      peer: peerOf(meter),
      code: Code.put,
      path: "time",
      body: writer.bytes,
      bodyLength: writer.length,
      contentFormat: ContentFormat.cbor,
    };
    this.#request(call, (answer) => {
      // A message that was sent again brought a time that had passed: it is set again with the next read.
      const isPrompt = this.#options.utc_ms() - now_ms <= TRUSTED_ROUND_TRIP_MS;
      if (answer.failure === 0 && answer.code === Code.changed && isPrompt) meter.timeSet_ms = now_ms;
      this.#release();
    });
  }

  #request(call: Call, handler: AnswerHandler): void {
    const taken = this.#options.coap.request(call, handler);
    // Each read in flight has one request at a time, and the endpoint has an exchange for each.
    if (taken === NO_CALL) throw new RangeError("no exchange for a read");
  }
}

function peerOf(meter: MeterRecord): Peer {
  const peer = new Peer();
  peer.address.set(meter.address);
  peer.port = COAP_PORT;
  return peer;
}

function bodyOf({ body, bodyOffset, bodyLength }: Answer): Uint8Array {
  return body.slice(bodyOffset, bodyOffset + bodyLength);
}
