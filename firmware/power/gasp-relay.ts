import { Code, ContentFormat, type Request, type Resource } from "firmware/coap/resource";
import { Writer } from "firmware/codec/cursor";
import { interfaceByte, isLinkLocal } from "firmware/ip/address";
import { Timer, type Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import {
  type Gasp,
  GASP_PATH,
  GaspReader,
  GASPS_BYTES,
  MAX_GASPS,
  writeGasp,
  writeGaspsHead,
} from "firmware/power/gasp-codec";
import { GaspState, GaspTable, NO_ROW } from "firmware/power/gasp-table";
import type { GaspSender } from "firmware/power/notice";
import type { Entropy } from "hal/entropy";
import type { PowerMonitor } from "hal/power-monitor";

/** Gasps that a meter keeps in mind, and passes on at most in one outage. */
const METER_GASPS = 48;
/** Within which gasps that were heard are passed on; a node without power leaves them to those with power first. */
const COLLECT_ms = 10_000;
const PATIENCE_ms = 2_000;
/** Part of that within which gasps go further that were handed over: others have collected them, and have little time. */
const HANDED = 1 / 5;
/** A parent that has not answered within this has failed, or is too busy: another one is asked. */
const ANSWERED_ms = 5_000;
/** The more there are that have heard the same, the fewer of them may speak early: see {@link GaspRelay.wait}. */
const CROWD = 4;
/** A gasp that is fainter is left to nearer nodes, all of which hear who of them takes it, until it is repeated. */
const NEAR_dBm = -88;
/** Before it is tried again where the exchange is taken, at most. */
const AGAIN_ms = 2_000;
/** Notices without an answer, each sent for a minute, before the gasps in it are left to others. */
const MAX_FAILURES = 3;
/** Nothing is kept in mind when no gasp was heard for so long: as long as the head end waits for them. */
const QUIET_ms = 300_000;
const EUI64_BYTES = 8;

/** What a message says of a gasp in it: it is the sender's own, or the sender has taken it, or hands it over to this node. */
const Told = Object.freeze({ own: 0, taken: 1, handed: 2 });

export interface GaspRelayOptions {
  kernel: Kernel;
  entropy: Entropy;
  sender: GaspSender;
  /** Of this node: its address, and the strength of the frame that has just arrived. */
  air: { readonly eui64: Uint8Array; readonly rssi_dBm: number };
  /** Where absent, it has power for ever. */
  monitor?: PowerMonitor | undefined;
  /** Gasps that are kept in mind, a meter's by default. */
  capacity?: number;
  /** Within which they are passed on, a meter's by default. */
  collect_ms?: number;
}

/**
 * Passes on last gasps that neighbours send to all in range: collects them for some seconds, sends them to the head end
 * in one notice, and tells all in range which ones it has taken, so that others let go of them. A node without power hands
 * them on to its parent instead, which does likewise: it may not live to send them again where they are lost on a long way,
 * and they are the fewer messages the nearer to the collector they are collected. What it works with is made with the
 * first gasp, and let go of when it is quiet again.
 */
export class GaspRelay implements Resource {
  readonly path = GASP_PATH;
  readonly attributes = 'rt="wm.gasp";ct=60';
  /** Another node passes on this node's own gasp. */
  ownTaken = false;
  /** Messages that were malformed or came from afar, gasps for which there was no room, and those that were passed on. */
  refused = 0;
  dropped = 0;
  forwarded = 0;
  readonly #kernel: Kernel;
  readonly #entropy: Entropy;
  readonly #sender: GaspSender;
  readonly #air: GaspRelayOptions["air"];
  readonly #monitor: PowerMonitor | undefined;
  readonly #capacity: number;
  readonly #collect_ms: number;
  readonly #timer: Timer;
  #gasps: GaspReader | undefined;
  #table: GaspTable | undefined;
  /** When a gasp was heard last. */
  #heard_ms = 0;
  #failures = 0;
  /** What is under way goes to a parent, not to the head end. */
  #isHandingOn = false;

  constructor(options: GaspRelayOptions) {
    const { kernel, entropy, sender, air, monitor, capacity, collect_ms } = options;
    this.#kernel = kernel;
    this.#entropy = entropy;
    this.#sender = sender;
    this.#air = air;
    this.#monitor = monitor;
    this.#capacity = capacity ?? METER_GASPS;
    this.#collect_ms = collect_ms ?? COLLECT_ms;
    this.#timer = new Timer(kernel, () => this.onTimer());
  }

  /** Tells all in range of this node's own failure. @param failed_ms UTC, 0 unknown */
  gasp(start: number, failed_ms: number): void {
    const w = new Writer(new Uint8Array(GASPS_BYTES));
    writeGaspsHead(w, 1, failed_ms);
    writeGasp(w, this.#air.eui64, 0, start, failed_ms, failed_ms);
    this.#sender.tell(w.bytes, w.length);
  }

  post(request: Request): number {
    if (request.contentFormat !== ContentFormat.cbor) return Code.unsupportedContentFormat;
    const { body, bodyOffset, bodyLength, peer } = request;
    const gasps = (this.#gasps ??= new GaspReader());
    if (!isLinkLocal(peer.address) || !gasps.begin(body, bodyOffset, bodyLength)) {
      this.refused++;
      return Code.badRequest;
    }
    const { dropped } = this;
    while (gasps.next()) {
      const { gasp } = gasps;
      this.hear(gasp, !peer.toGroup ? Told.handed : isOf(peer.address, gasp.eui64) ? Told.own : Told.taken);
    }
    // Whoever hands over looks for another one.
    if (this.dropped > dropped && !peer.toGroup) return Code.serviceUnavailable;
    return Code.changed;
  }

  private hear({ eui64, start, failed_ms }: Gasp, told: number): void {
    if (same(eui64, this.#air.eui64)) {
      this.ownTaken = true;
      return;
    }
    const table = (this.#table ??= new GaspTable(this.#capacity));
    const row = table.find(eui64);
    const isSame = row !== NO_ROW && table.failed_ms[row] === failed_ms;
    const state = isSame ? table.state[row] : GaspState.free;
    const next = this.after(state, told);
    this.#heard_ms = this.#kernel.now_ms();
    if (isSame) table.state[row] = next;
    else if (!table.add(eui64, start, failed_ms, next)) this.dropped++;
    if (next !== state && this.isTurn(table, state, next)) this.wait();
  }

  /** Whether that a gasp went from one state to another changes when this node is to speak. */
  private isTurn(table: GaspTable, from: number, to: number): boolean {
    if (to === GaspState.owed) return table.count(GaspState.sent) === 0;
    if (to === GaspState.waiting) return table.count(to) === 1;
    return from === GaspState.waiting;
  }

  private after(state: number, told: number): number {
    if (told === Told.own) return this.afterGasp(state);
    if (told === Told.handed) return Math.max(state, GaspState.owed);
    return state <= GaspState.waiting ? GaspState.taken : state;
  }

  private get isFailing(): boolean {
    return this.#monitor?.failing ?? false;
  }

  private afterGasp(state: number): number {
    if (state === GaspState.free && this.#air.rssi_dBm < NEAR_dBm) return GaspState.faint;
    return state <= GaspState.faint ? GaspState.waiting : state;
  }

  /**
   * Of many that have heard the same only a few are to pass it on: those whose time comes before they hear of another
   * that has. So early times are rarer by far than late ones, by the exponential law that suits any number of nodes
   * (Nonnenmacher and Biersack, "Scalable Feedback for Large Groups", 1999).
   */
  private wait(): void {
    if (this.#table!.count(GaspState.owed) > 0) {
      const within_ms = HANDED * this.#collect_ms;
      if (!this.#timer.armed || this.#timer.due_ms > this.#kernel.now_ms() + within_ms)
        this.#timer.startIn(this.below(within_ms));
      return;
    }
    const share = 1 + Math.log((this.below(65536) + 1) / 65536) / CROWD;
    const patience_ms = this.isFailing ? PATIENCE_ms : 0;
    this.#timer.startIn(Math.floor(this.#collect_ms * Math.max(0, share)) + patience_ms);
  }

  private below(bound: number): number {
    return new RandomBelow(this.#entropy).below(bound);
  }

  private onTimer(): void {
    const table = this.#table!;
    if (table.count(GaspState.sent) > 0) {
      if (!this.#isHandingOn) return;
      this.#sender.abandon();
      this.ended(table, false);
      return;
    }
    const quiet_ms = this.#heard_ms + QUIET_ms;
    if (table.count(GaspState.waiting) + table.count(GaspState.owed) > 0) this.forward(table);
    else if (this.#kernel.now_ms() < quiet_ms) this.#timer.startAt(quiet_ms);
    else this.#table = this.#gasps = undefined;
  }

  private forward(table: GaspTable): void {
    const w = new Writer(new Uint8Array(GASPS_BYTES));
    write(w, table, this.below(table.capacity));
    if (this.send(w, (taken) => this.ended(table, taken))) {
      this.#sender.tell(w.bytes, w.length);
      if (this.#isHandingOn) this.#timer.startIn(ANSWERED_ms);
    } else {
      table.turn(GaspState.sent, GaspState.owed);
      this.#timer.startIn(this.below(AGAIN_ms));
    }
  }

  private send(w: Writer, onEnd: (taken: boolean) => void): boolean {
    this.#isHandingOn = this.isFailing;
    return this.#isHandingOn
      ? this.#sender.handOn(w.bytes, w.length, this.#failures, onEnd)
      : this.#sender.forward(w.bytes, w.length, onEnd);
  }

  private ended(table: GaspTable, taken: boolean): void {
    this.#failures = taken ? 0 : this.#failures + 1;
    if (taken) this.forwarded += table.count(GaspState.sent);
    const isGivenUp = this.#failures === MAX_FAILURES;
    table.turn(GaspState.sent, taken ? GaspState.known : isGivenUp ? GaspState.taken : GaspState.owed);
    if (isGivenUp) this.#failures = 0;
    this.wait();
  }
}

/** Writes as many that wait as there may be in a message, from row `first` on, and notes that they are sent. */
function write(w: Writer, table: GaspTable, first: number): void {
  let count = 0;
  let since_ms = 0;
  for (let i = 0; i < table.capacity && count < MAX_GASPS; i++) {
    const row = (first + i) % table.capacity;
    if (table.state[row] !== GaspState.waiting && table.state[row] !== GaspState.owed) continue;
    table.state[row] = GaspState.sent;
    const failed_ms = table.failed_ms[row];
    if (failed_ms > 0 && (since_ms === 0 || failed_ms < since_ms)) since_ms = failed_ms;
    count++;
  }
  writeGaspsHead(w, count, since_ms);
  for (let row = 0; row < table.capacity; row++)
    if (table.state[row] === GaspState.sent)
      writeGasp(w, table.eui64, EUI64_BYTES * row, table.start[row], table.failed_ms[row], since_ms);
}

/** Whether a link-local address is made of this EUI-64. */
function isOf(address: Uint8Array, eui64: Uint8Array): boolean {
  for (let i = EUI64_BYTES - 1; i >= 0; i--) if (address[8 + i] !== interfaceByte(eui64, i)) return false;
  return true;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = EUI64_BYTES - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
