import { Code, ContentFormat, type Request, type Resource } from "firmware/coap/resource";
import { Writer } from "firmware/codec/cursor";
import { isLinkLocal } from "firmware/ip/address";
import { Timer, type Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import { GASP_PATH, GaspMessage, GaspReader, GASPS_BYTES } from "firmware/power/gasp-codec";
import { GaspState, GaspTable } from "firmware/power/gasp-table";
import type { GaspSender } from "firmware/power/notice";
import type { Entropy } from "hal/entropy";

/** Gasps that a meter keeps in mind: many of those below it may come while it waits for the collector. */
const METER_GASPS = 128;
/** Within which gasps go on: so long others may come to go with them. */
const COLLECT_ms = 1_500;
/** So many fill a message, of meters whose EUI-64s have five bytes in common: they wait for no others. */
const FULL_GASPS = 32;
/** Messages that nobody has taken, one after the other, before the gasps in it are given up. */
const MAX_FAILURES = 3;
/** Nothing is kept in mind when no gasp was heard for so long: as long as the head end waits for them. */
const QUIET_ms = 300_000;

export interface GaspRelayOptions {
  kernel: Kernel;
  entropy: Entropy;
  sender: GaspSender;
  /** Of this node. */
  eui64: Uint8Array;
  /** Gasps that are kept in mind, a meter's by default. */
  capacity?: number;
}

/**
 * Passes on last gasps, this node's own and those that others hand to it: collects them for a while, so that as many as a
 * frame holds go together, one message after the other. A gasp that it has passed on is the next node's, unless it
 * comes back. What it works with is made with the first gasp, and let go of when it is quiet again.
 */
export class GaspRelay implements Resource {
  readonly path = GASP_PATH;
  readonly attributes = 'rt="wm.gasp";ct=60';
  /** Messages with this node's own gasp, since it began. */
  ownSent = 0;
  /** Messages that were malformed or came from afar, gasps for which there was no room, and those that were passed on. */
  refused = 0;
  dropped = 0;
  forwarded = 0;
  readonly #kernel: Kernel;
  readonly #entropy: Entropy;
  readonly #sender: GaspSender;
  readonly #eui64: Uint8Array;
  readonly #capacity: number;
  readonly #timer: Timer;
  #gasps: GaspReader | undefined;
  #table: GaspTable | undefined;
  /** Nothing goes on before, but for full messages. */
  #turn_ms = 0;
  /** When a gasp was heard last. */
  #heard_ms = 0;
  #failures = 0;
  #isSending = false;

  constructor({ kernel, entropy, sender, eui64, capacity }: GaspRelayOptions) {
    this.#kernel = kernel;
    this.#entropy = entropy;
    this.#sender = sender;
    this.#eui64 = eui64;
    this.#capacity = capacity ?? METER_GASPS;
    this.#timer = new Timer(kernel, () => this.onTimer());
  }

  /**
   * This node's own gasp, which waits for others unless they fill a message sooner.
   * @param failed_s UTC, 0 unknown
   */
  gasp(failed_s: number, wait_ms: number): void {
    this.ownSent = 0;
    this.#turn_ms = this.#kernel.now_ms() + wait_ms;
    const table = this.opened();
    const isFirst = table.count(GaspState.waiting) === 0;
    this.note(table, this.#eui64, failed_s);
    this.noted(table, isFirst);
  }

  post(request: Request): number {
    if (request.contentFormat !== ContentFormat.cbor) return Code.unsupportedContentFormat;
    const { body, bodyOffset, bodyLength, peer } = request;
    const gasps = (this.#gasps ??= new GaspReader());
    if (!isLinkLocal(peer.address) || !gasps.begin(body, bodyOffset, bodyLength)) {
      this.refused++;
      return Code.badRequest;
    }
    const table = this.opened();
    const isFirst = table.count(GaspState.waiting) === 0;
    while (gasps.next()) this.note(table, gasps.gasp.eui64, gasps.gasp.failed_s);
    this.noted(table, isFirst);
    return Code.changed;
  }

  private opened(): GaspTable {
    return (this.#table ??= new GaspTable(this.#capacity));
  }

  private note(table: GaspTable, eui64: Uint8Array, failed_s: number): void {
    if (!table.note(eui64, failed_s)) this.dropped++;
  }

  /** @param isFirst nothing waited before */
  private noted(table: GaspTable, isFirst: boolean): void {
    this.#heard_ms = this.#kernel.now_ms();
    if (!this.#isSending) this.arm(table.count(GaspState.waiting), isFirst);
  }

  /** @param isNew what waits begins to */
  private arm(waiting: number, isNew: boolean): void {
    const now_ms = this.#kernel.now_ms();
    if (waiting === 0) this.#timer.startAt(this.#heard_ms + QUIET_ms);
    else if (waiting >= FULL_GASPS && this.#failures === 0) this.#timer.startAt(now_ms);
    else if (isNew) this.wait(now_ms);
  }

  private wait(now_ms: number): void {
    this.#timer.startAt(Math.max(this.#turn_ms, now_ms + new RandomBelow(this.#entropy).below(COLLECT_ms)));
  }

  private onTimer(): void {
    const table = this.#table!;
    if (table.count(GaspState.waiting) > 0) this.send(table);
    else this.#table = this.#gasps = undefined;
  }

  private send(table: GaspTable): void {
    const message = new GaspMessage(table);
    for (let row = 0; row < table.rows; row++)
      if (table.state[row] === GaspState.waiting && message.take(row)) table.state[row] = GaspState.sent;
    const w = new Writer(new Uint8Array(GASPS_BYTES));
    message.write(w);
    const isOwn = table.isSent(this.#eui64);
    this.#isSending = true;
    if (this.#sender.send(w.bytes, w.length, (taken) => this.ended(table, taken))) {
      if (isOwn) this.ownSent++;
    } else {
      this.#isSending = false;
      table.turn(GaspState.sent, GaspState.waiting);
      this.wait(this.#kernel.now_ms());
    }
  }

  private ended(table: GaspTable, taken: boolean): void {
    this.#isSending = false;
    this.#failures = taken ? 0 : this.#failures + 1;
    if (taken) this.forwarded += table.count(GaspState.sent);
    const isGivenUp = this.#failures === MAX_FAILURES;
    table.turn(GaspState.sent, taken || isGivenUp ? GaspState.passedOn : GaspState.waiting);
    if (isGivenUp) this.#failures = 0;
    this.arm(table.count(GaspState.waiting), true);
  }
}
