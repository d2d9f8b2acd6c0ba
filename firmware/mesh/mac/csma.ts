import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";
import { Contention } from "firmware/mesh/mac/contention";
import type { MacCounters } from "firmware/mesh/mac/counters";
import type { MacFrame } from "firmware/mesh/mac/frame";
import type { MacNode } from "firmware/mesh/mac/node";
import { Hold } from "firmware/mesh/mac/hold";
import { NEVER, Placement } from "firmware/mesh/mac/placement";
import { DWELL_ms } from "firmware/mesh/mac/schedule";
import { Haste, type Queue, sameEui64, type Slot } from "firmware/mesh/mac/queue";
import { Sweep } from "firmware/mesh/mac/sweep";
import type { Transmitter } from "firmware/mesh/mac/transmitter";

// Unslotted CSMA-CA, IEEE 802.15.4-2015, 6.2.5.1, with its names and defaults; only the backoff period is our own,
// since a timer and a look at the channel take about a millisecond here.
const BACKOFF_PERIOD_ms = 2;
const MIN_BE = 3;
const MAX_BE = 5;
const MAX_CSMA_BACKOFFS = 4;
/** Retries after the first attempt. A frame is done within 7 s, or within 25 s in a crowd. */
const MAX_FRAME_RETRIES = 5;
/** Of one in great haste, which another neighbour may take as well. */
const MAX_HASTY_RETRIES = 2;
/** Over so much of the next slot a retry is drawn, so that two nodes that missed each other do not do so again. */
const RETRY_SPREAD_ms = 192;
/** Time on the air of the longest acknowledgement. */
const ACK_ms = 6;
/** A neighbour that has told that it has little room gets its next frame after half of this to all of it. */
const HOLD_ms = 1_000;
/**
 * How long others keep quiet after a frame that asks for an acknowledgement, beside the turnaround: during that the
 * channel sounds clear, and is not.
 */
const ACK_QUIET_ms = 4;

/** Of the radio: nothing goes on, or one slot's frame is on the air, waited for, asked for, or told of. */
const State = Object.freeze({ idle: 0, sending: 1, waiting: 2, asking: 3, telling: 4 });

/**
 * Brings the frames of a queue to their receivers: CSMA-CA, acknowledgement and retries. Where nodes hop, one frame to each
 * destination is under way at a time, so that those to others go while one waits for its receiver's next slot.
 */
export class Csma {
  /**
   * A frame was acknowledged, or sent to all; or it was given up. Its slot stays as it is during the call, which may
   * queue another one. Set once.
   */
  onDone: (slot: Slot, acked: boolean) => void = () => {};
  readonly #kernel: Kernel;
  readonly #random: RandomBelow;
  readonly #node: MacNode;
  readonly #queue: Queue;
  readonly #counters: MacCounters;
  readonly #placement: Placement;
  readonly #contention = new Contention();
  readonly #transmitter: Transmitter;
  readonly #sweep: Sweep;
  readonly #timer: Timer;
  #state: number = State.idle;
  /** What {@link #state} is of; while it is idle, the slot whose time comes first. */
  #current: Slot | undefined;
  #quietUntil_ms = 0;
  /** For whom has little room, and for whom has an acknowledgement of this node's on the way. */
  readonly #congested = new Hold();
  readonly #answered = new Hold();

  constructor(
    node: MacNode,
    kernel: Kernel,
    random: RandomBelow,
    queue: Queue,
    transmitter: Transmitter,
    counters: MacCounters,
  ) {
    this.#kernel = kernel;
    this.#random = random;
    this.#node = node;
    this.#queue = queue;
    this.#counters = counters;
    this.#placement = new Placement(node);
    this.#transmitter = transmitter;
    this.#sweep = new Sweep(node, kernel, random, transmitter);
    this.#sweep.onDone = (found) => this.asked(found);
    this.#timer = new Timer(kernel, () => this.onTimer());
  }

  /** There is a frame more in the queue. */
  next(): void {
    if (this.#state !== State.idle) return;
    const { slots } = this.#queue;
    const now_ms = this.#kernel.now_ms();
    let first: Slot | undefined;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (!slot.used || !(slot.begun || this.begins(slot))) continue;
      // Its time came while another one had the radio.
      if (slot.due_ms < now_ms) this.backOff(slot, now_ms);
      if (first === undefined || slot.due_ms < first.due_ms) first = slot;
    }
    this.#current = first;
    if (first !== undefined) this.#timer.startAt(first.due_ms);
  }

  /** A frame of this node has left. It may be an acknowledgement: then no frame of the queue is being sent. */
  onSent(): void {
    if (this.#state === State.asking) {
      this.#sweep.onSent();
    } else if (this.#state === State.sending) {
      if (this.#current!.broadcast) {
        this.finish(this.#current!, true);
      } else {
        this.#state = State.waiting;
        // The other end's turnaround, and our own to get what it has sent.
        this.#timer.startIn(2 * this.#node.turnaround_ms + ACK_ms);
      }
    }
  }

  /** Whether this acknowledgement is waited for. */
  awaits(frame: MacFrame): boolean {
    if (this.#state !== State.waiting) return false;
    const { sequence, destination } = this.#current!;
    return frame.sequence === sequence && sameEui64(frame.source, destination);
  }

  /**
   * The acknowledgement that is waited for has come.
   * @param congested what it says of its sender
   */
  acknowledged(frame: MacFrame, congested: boolean): void {
    this.#timer.stop();
    this.#transmitter.follow();
    this.#counters.acknowledged++;
    if (congested) {
      const until_ms = this.#kernel.now_ms() + HOLD_ms / 2 + this.#random.below(HOLD_ms / 2);
      this.#congested.hold(frame.source, until_ms);
      this.#counters.heldBack++;
    }
    this.finish(this.#current!, true);
  }

  /** Acknowledges a frame: its sender, which waits on that channel and then turns to its own, hears no other one before. */
  answers(eui64: Uint8Array, now_ms: number): void {
    if (this.#node.hopping) this.#answered.hold(eui64, now_ms + ACK_ms + this.#node.turnaround_ms);
  }

  /** Whether frames to a neighbour wait, as it has told that it has little room. */
  holdsBack(eui64: Uint8Array): boolean {
    return this.#congested.until_ms(eui64) > this.#kernel.now_ms();
  }

  /** Others exchange frames. A channel that is hopped over says nothing: the next frame goes out on another one. */
  overheard(frame: MacFrame, now_ms: number): void {
    if (this.#node.hopping) return;
    this.#quietUntil_ms = frame.ackRequest ? now_ms + this.#node.turnaround_ms + ACK_QUIET_ms : 0;
  }

  /** Another node looks for the PAN's time, as this one does. */
  othersAsk(): void {
    this.#sweep.othersAsk();
  }

  /** The broadcast windows have moved, or are not known any more. */
  rescheduled(): void {
    if (this.#state !== State.waiting && this.#state !== State.sending) this.#transmitter.follow();
  }

  /** The broadcast windows have moved, or are known now. */
  retimed(): void {
    this.rescheduled();
    if (this.#state === State.asking) this.#sweep.found();
  }

  /** Begins with a frame, if it is its turn. */
  private begins(slot: Slot): boolean {
    if (!this.#queue.isNext(slot, this.#node.hopping)) return false;
    slot.begun = true;
    slot.retries = 0;
    slot.sent = 0;
    this.contend(slot);
    return true;
  }

  private contend(slot: Slot): void {
    const { hopping } = this.#node;
    const now_ms = this.#kernel.now_ms();
    let from_ms = slot.broadcast ? now_ms : this.heldUntil_ms(slot.destination, now_ms);
    slot.backoffs = 0;
    slot.backoffExponent = Math.min(MIN_BE + slot.retries, MAX_BE);
    if (slot.retries > 0 && hopping)
      from_ms +=
        this.#placement.nextSlot_ms(slot, now_ms) +
        this.#random.below(
          this.#contention.slots(slot.destination, slot.retries, slot.haste === Haste.great),
        ) *
          DWELL_ms +
        this.#random.below(RETRY_SPREAD_ms);
    this.backOff(slot, from_ms);
  }

  private heldUntil_ms(eui64: Uint8Array, now_ms: number): number {
    return Math.max(now_ms, this.#congested.until_ms(eui64), this.#answered.until_ms(eui64));
  }

  private backOff(slot: Slot, from_ms: number): void {
    const periods = this.#random.below(1 << slot.backoffExponent);
    slot.due_ms = Math.max(from_ms, this.#quietUntil_ms) + periods * BACKOFF_PERIOD_ms;
  }

  private onTimer(): void {
    const slot = this.#current!;
    if (this.#state === State.waiting) {
      this.#state = State.idle;
      this.#transmitter.follow();
      this.tryAgain(slot);
    } else {
      this.attempt(slot);
    }
  }

  private attempt(slot: Slot): void {
    const { pan, timed } = this.#node;
    const now_ms = this.#kernel.now_ms();
    if (pan.expire(now_ms)) this.#transmitter.follow();
    if (slot.broadcast && timed && !pan.synced) {
      this.#state = State.asking;
      this.#sweep.start(slot);
      return;
    }
    const wait_ms = this.#placement.find(slot, this.#transmitter.lengthOf(slot), slot.retries, now_ms);
    if (wait_ms === NEVER) {
      this.unknown(slot);
    } else if (wait_ms > 0) {
      slot.due_ms = now_ms + wait_ms + this.#random.below(this.#placement.spread_ms);
      this.next();
    } else if (now_ms >= this.#quietUntil_ms && this.#transmitter.send(slot, this.#placement.channel)) {
      slot.sent++;
      this.#state = State.sending;
    } else if (slot.backoffs < MAX_CSMA_BACKOFFS) {
      slot.backoffs++;
      slot.backoffExponent = Math.min(slot.backoffExponent + 1, MAX_BE);
      this.backOff(slot, now_ms);
      this.next();
    } else {
      this.tryAgain(slot);
    }
  }

  /** The sweep has ended, and the PAN's time is known or not. */
  private asked(found: boolean): void {
    const slot = this.#current!;
    this.#state = State.idle;
    if (found) {
      this.contend(slot);
      this.next();
    } else {
      this.unknown(slot);
    }
  }

  private tryAgain(slot: Slot): void {
    if (slot.retries < (slot.haste === Haste.great ? MAX_HASTY_RETRIES : MAX_FRAME_RETRIES)) {
      slot.retries++;
      this.#counters.retries++;
      this.contend(slot);
      this.next();
    } else {
      this.giveUp(slot);
    }
  }

  private unknown(slot: Slot): void {
    this.#counters.unknown++;
    this.giveUp(slot);
  }

  private giveUp(slot: Slot): void {
    this.#counters.failures++;
    this.finish(slot, false);
  }

  private finish(slot: Slot, acked: boolean): void {
    this.#state = State.telling;
    slot.done = true;
    if (!slot.broadcast) this.#contention.ended(slot.destination, slot.retries, acked);
    this.onDone(slot, acked);
    this.#queue.remove(slot);
    this.#state = State.idle;
    this.next();
  }
}
