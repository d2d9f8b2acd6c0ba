import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";
import type { MacCounters } from "firmware/mesh/mac/counters";
import type { MacFrame } from "firmware/mesh/mac/frame";
import { sameEui64 } from "firmware/mesh/mac/gate";
import type { MacNode } from "firmware/mesh/mac/node";
import { NEVER, Placement } from "firmware/mesh/mac/placement";
import { DWELL_ms } from "firmware/mesh/mac/schedule";
import type { Queue, Slot } from "firmware/mesh/mac/queue";
import { Sweep } from "firmware/mesh/mac/sweep";
import type { Transmitter } from "firmware/mesh/mac/transmitter";

// Unslotted CSMA-CA, IEEE 802.15.4-2015, 6.2.5.1, with its names and defaults; only the backoff period is our own,
// since a timer and a look at the channel take about a millisecond here.
const BACKOFF_PERIOD_ms = 2;
const MIN_BE = 3;
const MAX_BE = 5;
const MAX_CSMA_BACKOFFS = 4;
/** Retries after the first attempt. A frame is done within 5 s. */
const MAX_FRAME_RETRIES = 5;
/**
 * Where nodes hop, the first retry is in the receiver's next slot, the second in one of the next two, those after it of the
 * next four: many that send to one receiver do not hear each other, and spread in this way alone.
 */
const MAX_RETRY_DOUBLINGS = 2;
/** Over so much of the next slot a retry is drawn, so that two nodes that missed each other do not do so again. */
const RETRY_SPREAD_ms = 192;
/** Time on the air of the longest acknowledgement. */
const ACK_ms = 5;
/**
 * How long others keep quiet after a frame that asks for an acknowledgement, beside the turnaround: during that the
 * channel sounds clear, and is not.
 */
const ACK_QUIET_ms = 4;

const State = Object.freeze({ idle: 0, backoff: 1, sending: 2, waiting: 3, asking: 4 });

/** Brings the frames of a queue to their receivers, one after the other: CSMA-CA, acknowledgement and retries. */
export class Csma {
  /**
   * A frame was acknowledged, or sent to all; or it was given up. Its slot stays as it is during the call, which may
   * queue another one. Set once.
   */
  onDone: (slot: Slot, attempts: number, acked: boolean) => void = () => {};
  readonly #kernel: Kernel;
  readonly #random: RandomBelow;
  readonly #node: MacNode;
  readonly #queue: Queue;
  readonly #counters: MacCounters;
  readonly #placement: Placement;
  readonly #transmitter: Transmitter;
  readonly #sweep: Sweep;
  readonly #timer: Timer;
  #state: number = State.idle;
  #retries = 0;
  #backoffs = 0;
  #backoffExponent = MIN_BE;
  #quietUntil_ms = 0;

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

  /** There is a frame in the queue: its turn comes. */
  next(): void {
    if (this.#state === State.idle) this.begin();
  }

  /** A frame of this node has left. It may be an acknowledgement: then no frame of the queue is being sent. */
  onSent(): void {
    if (this.#state === State.asking) {
      this.#sweep.onSent();
    } else if (this.#state === State.sending) {
      if (this.#queue.head.broadcast) {
        this.finish(true);
      } else {
        this.#state = State.waiting;
        // The other end's turnaround, and our own to get what it has sent.
        this.#timer.startIn(2 * this.#node.turnaround_ms + ACK_ms);
      }
    }
  }

  /** Answers whether this acknowledgement was waited for. */
  acknowledged(frame: MacFrame): boolean {
    if (this.#state !== State.waiting) return false;
    const slot = this.#queue.head;
    if (frame.sequence !== slot.sequence || !sameEui64(frame.source, slot.destination)) return false;
    this.#timer.stop();
    this.#transmitter.follow();
    this.#counters.acknowledged++;
    this.finish(true);
    return true;
  }

  /** Others exchange frames. A channel that is hopped over says nothing: the next frame goes out on another one. */
  overheard(frame: MacFrame, now_ms: number): void {
    if (this.#node.hopping) return;
    this.#quietUntil_ms = frame.ackRequest ? now_ms + this.#node.turnaround_ms + ACK_QUIET_ms : 0;
  }

  /** The broadcast windows have moved, or are known now. */
  retimed(): void {
    if (this.#state !== State.waiting && this.#state !== State.sending) this.#transmitter.follow();
    if (this.#state === State.asking) this.#sweep.found();
  }

  private begin(): void {
    const { pan, timed } = this.#node;
    this.#retries = 0;
    pan.expire(this.#kernel.now_ms());
    if (this.#queue.head.broadcast && timed && !pan.synced) {
      this.#state = State.asking;
      this.#sweep.start(this.#queue.head);
    } else {
      this.contend();
    }
  }

  /** The sweep has ended, and the PAN's time is known or not. */
  private asked(found: boolean): void {
    if (found) {
      this.contend();
    } else {
      this.#counters.unknown++;
      this.giveUp();
    }
  }

  private contend(): void {
    this.#backoffs = 0;
    this.#backoffExponent = Math.min(MIN_BE + this.#retries, MAX_BE);
    const now_ms = this.#kernel.now_ms();
    let from_ms = Math.max(now_ms, this.#quietUntil_ms);
    if (this.#retries > 0 && this.#node.hopping)
      from_ms +=
        this.#placement.nextSlot_ms(this.#queue.head, now_ms) +
        this.#random.below(1 << Math.min(this.#retries - 1, MAX_RETRY_DOUBLINGS)) * DWELL_ms +
        this.#random.below(RETRY_SPREAD_ms);
    this.backOff(from_ms);
  }

  private backOff(from_ms: number): void {
    this.#state = State.backoff;
    const periods = this.#random.below(1 << this.#backoffExponent);
    this.#timer.startAt(from_ms + periods * BACKOFF_PERIOD_ms);
  }

  private onTimer(): void {
    if (this.#state === State.waiting) {
      this.#transmitter.follow();
      this.tryAgain();
    } else {
      this.transmit();
    }
  }

  private transmit(): void {
    const slot = this.#queue.head;
    const now_ms = this.#kernel.now_ms();
    const wait_ms = this.#placement.find(slot, this.#transmitter.lengthOf(slot), this.#retries, now_ms);
    if (wait_ms === NEVER) {
      this.#counters.unknown++;
      this.giveUp();
    } else if (wait_ms > 0) {
      this.#timer.startAt(now_ms + wait_ms + this.#random.below(this.#placement.spread_ms));
    } else if (now_ms >= this.#quietUntil_ms && this.#transmitter.send(slot, this.#placement.channel)) {
      this.#state = State.sending;
    } else if (this.#backoffs < MAX_CSMA_BACKOFFS) {
      this.#backoffs++;
      this.#backoffExponent = Math.min(this.#backoffExponent + 1, MAX_BE);
      this.backOff(Math.max(now_ms, this.#quietUntil_ms));
    } else {
      this.tryAgain();
    }
  }

  private tryAgain(): void {
    if (this.#retries < MAX_FRAME_RETRIES) {
      this.#retries++;
      this.#counters.retries++;
      this.contend();
    } else {
      this.giveUp();
    }
  }

  private giveUp(): void {
    this.#counters.failures++;
    this.finish(false);
  }

  private finish(acked: boolean): void {
    this.onDone(this.#queue.head, this.#retries + 1, acked);
    this.#queue.shift();
    this.#state = State.idle;
    if (this.#queue.length > 0) this.begin();
  }
}
