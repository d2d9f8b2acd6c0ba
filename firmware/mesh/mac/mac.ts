import type { Writer } from "firmware/codec/cursor";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import { Askers } from "firmware/mesh/mac/askers";
import { MacCounters } from "firmware/mesh/mac/counters";
import { WisunFrame } from "firmware/mesh/mac/elements";
import { Cause, FrameType, type MacFrame } from "firmware/mesh/mac/frame";
import { Duplicates } from "firmware/mesh/mac/duplicates";
import { Gate, sameEui64 } from "firmware/mesh/mac/gate";
import { NONE } from "firmware/mesh/mac/neighbours";
import { type MacNode, macNode, type MacOptions } from "firmware/mesh/mac/node";
import { NEVER, Placement } from "firmware/mesh/mac/placement";
import { Queue, type Slot } from "firmware/mesh/mac/queue";
import { Sweep } from "firmware/mesh/mac/sweep";
import { Transmitter } from "firmware/mesh/mac/transmitter";

// Unslotted CSMA-CA, IEEE 802.15.4-2015, 6.2.5.1, with its names and defaults; only the backoff period is our own,
// since a timer and a look at the channel take about a millisecond here.
const BACKOFF_PERIOD_ms = 2;
const MIN_BE = 3;
const MAX_BE = 5;
const MAX_CSMA_BACKOFFS = 4;
/** Retries after the first attempt, each in the receiver's next slot where it hops. A frame is done within 3 s. */
const MAX_FRAME_RETRIES = 5;
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

/**
 * The medium access of one node: sends frames one after the other, acknowledged and tried again where they have one
 * destination, and hands up each received frame once. docs/mac.md tells how nodes that hop find each other, and which
 * frames are taken.
 */
export class Mac {
  readonly counters = new MacCounters();
  /** A frame arrived; `source` and `buffer` are valid during the call only. Set once. */
  onFrame: (
    source: Uint8Array,
    buffer: Uint8Array,
    offset: number,
    length: number,
    broadcast: boolean,
  ) => void = () => {};
  /**
   * A unicast frame was acknowledged or given up after so many attempts; `destination` is valid during the call only.
   * Set once.
   */
  onSent: (destination: Uint8Array, attempts: number, acked: boolean) => void = () => {};
  /** Strength of the frame that {@link onFrame} is called with. */
  rssi_dBm = 0;
  readonly eui64: Uint8Array;
  readonly channel: number;

  readonly #kernel: Kernel;
  readonly #random: RandomBelow;
  readonly #node: MacNode;
  readonly #queueSlots: number;
  readonly #queue: Queue;
  readonly #duplicates = new Duplicates();
  readonly #gate: Gate;
  readonly #placement: Placement;
  readonly #transmitter: Transmitter;
  readonly #sweep: Sweep;
  readonly #askers: Askers;
  readonly #timer: Timer;

  #state: number = State.idle;
  #sequence: number;
  #retries = 0;
  #backoffs = 0;
  #backoffExponent = MIN_BE;
  #quietUntil_ms = 0;

  constructor(options: MacOptions) {
    const { radio, kernel } = options;
    const { maxFrameBytes } = radio;
    const node = macNode(options);
    this.#kernel = kernel;
    this.#random = new RandomBelow(options.entropy);
    this.eui64 = node.eui64;
    this.channel = node.channel;
    this.#node = node;
    this.#queueSlots = options.queueSlots;
    // One more, for an answer to a node that asks for the time.
    this.#queue = new Queue(options.queueSlots + 1, maxFrameBytes);
    this.#gate = new Gate(node, maxFrameBytes);
    this.#placement = new Placement(node);
    this.#transmitter = new Transmitter(node, radio, kernel, this.counters);
    this.#sweep = new Sweep(node, kernel, this.#random, this.#transmitter);
    this.#askers = new Askers(kernel, this.#random, () => this.#answer());
    this.#timer = new Timer(kernel, () => this.#onTimer());
    // Random, so that the first frame after a restart is not taken for a retry of the last one before it.
    this.#sequence = this.#random.below(256);
    this.#sweep.onDone = (found) => this.#asked(found);
    radio.onReceive = (bytes, length, rssi_dBm) => {
      this.rssi_dBm = rssi_dBm;
      this.#receive(bytes, length);
    };
    radio.onSent = () => this.#onFrameSent();
  }

  /** Frames that wait to be sent, the one being sent among them. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Knows when and where the PAN's broadcasts are; always, where neither hopping nor security asks for it. */
  get synced(): boolean {
    return !this.#node.timed || this.#node.pan.synced;
  }

  /** RAM of what is kept of neighbours and channels. */
  get tableBytes(): number {
    return this.#node.neighbours.bytes + this.#transmitter.accountBytes;
  }

  /**
   * Begins a frame to `destination` (copied), or to all in range where it is undefined. The caller writes the payload
   * and calls {@link submit}; without that nothing is sent.
   * @returns where to write the payload, or undefined while the queue is full
   */
  prepare(destination: Uint8Array | undefined): Writer | undefined {
    const slot = this.#queue.length < this.#queueSlots ? this.#queue.free : undefined;
    if (slot === undefined) return undefined;
    slot.broadcast = destination === undefined;
    if (destination !== undefined) slot.destination.set(destination);
    slot.frameType = WisunFrame.data;
    slot.writer.reset(slot.payload, 0, this.#transmitter.room(slot.broadcast));
    return slot.writer;
  }

  /** Queues the frame begun last. False, and nothing is sent, where its payload did not fit. */
  submit(): boolean {
    const slot = this.#queue.free;
    if (slot === undefined || !slot.writer.ok) return false;
    slot.length = slot.writer.length;
    this.#push(slot);
    return true;
  }

  #push(slot: Slot): void {
    slot.sequence = this.#sequence;
    this.#sequence = (this.#sequence + 1) & 0xff;
    this.#queue.push();
    if (this.#state === State.idle) this.#begin();
  }

  #begin(): void {
    this.#retries = 0;
    this.#node.pan.expire(this.#kernel.now_ms());
    if (this.#queue.head.broadcast && !this.synced) {
      this.#state = State.asking;
      this.#gate.challenge = this.#sweep.start(this.#queue.head);
    } else {
      this.#contend();
    }
  }

  /** The sweep has ended, and the PAN's time is known or not. */
  #asked(found: boolean): void {
    if (found) {
      this.#contend();
    } else {
      this.counters.unknown++;
      this.#giveUp();
    }
  }

  #contend(): void {
    this.#backoffs = 0;
    this.#backoffExponent = Math.min(MIN_BE + this.#retries, MAX_BE);
    const now_ms = this.#kernel.now_ms();
    let from_ms = Math.max(now_ms, this.#quietUntil_ms);
    if (this.#retries > 0 && this.#node.hopping)
      from_ms += this.#placement.nextSlot_ms(this.#queue.head, now_ms) + this.#random.below(RETRY_SPREAD_ms);
    this.#backOff(from_ms);
  }

  #backOff(from_ms: number): void {
    this.#state = State.backoff;
    const periods = this.#random.below(1 << this.#backoffExponent);
    this.#timer.startAt(from_ms + periods * BACKOFF_PERIOD_ms);
  }

  #onTimer(): void {
    if (this.#state === State.waiting) {
      this.#transmitter.follow();
      this.#tryAgain();
    } else {
      this.#transmit();
    }
  }

  #transmit(): void {
    const slot = this.#queue.head;
    const now_ms = this.#kernel.now_ms();
    const wait_ms = this.#placement.find(slot, this.#transmitter.lengthOf(slot), this.#retries, now_ms);
    if (wait_ms === NEVER) {
      this.counters.unknown++;
      this.#giveUp();
    } else if (wait_ms > 0) {
      this.#timer.startAt(now_ms + wait_ms + this.#random.below(this.#placement.spread_ms));
    } else if (now_ms >= this.#quietUntil_ms && this.#transmitter.send(slot, this.#placement.channel)) {
      this.#state = State.sending;
    } else if (this.#backoffs < MAX_CSMA_BACKOFFS) {
      this.#backoffs++;
      this.#backoffExponent = Math.min(this.#backoffExponent + 1, MAX_BE);
      this.#backOff(Math.max(now_ms, this.#quietUntil_ms));
    } else {
      this.#tryAgain();
    }
  }

  /** What left may have been an acknowledgement: then no frame of the queue is being sent. */
  #onFrameSent(): void {
    if (this.#state === State.asking) {
      this.#sweep.onSent();
    } else if (this.#state === State.sending) {
      if (this.#queue.head.broadcast) {
        this.#finish(true);
      } else {
        this.#state = State.waiting;
        // The other end's turnaround, and our own to get what it has sent.
        this.#timer.startIn(2 * this.#node.turnaround_ms + ACK_ms);
      }
    }
  }

  #tryAgain(): void {
    if (this.#retries < MAX_FRAME_RETRIES) {
      this.#retries++;
      this.counters.retries++;
      this.#contend();
    } else {
      this.#giveUp();
    }
  }

  #giveUp(): void {
    this.counters.failures++;
    this.#finish(false);
  }

  /** The head's slot stays as it is until the callback, which may queue another frame, has returned. */
  #finish(acked: boolean): void {
    const slot = this.#queue.head;
    if (!slot.broadcast) this.onSent(slot.destination, this.#retries + 1, acked);
    this.#queue.shift();
    this.#state = State.idle;
    if (this.#queue.length > 0) this.#begin();
  }

  #receive(bytes: Uint8Array, length: number): void {
    const gate = this.#gate;
    const { frame } = gate;
    const now_ms = this.#kernel.now_ms();
    let cause = gate.take(bytes, length, now_ms);
    if (cause === Cause.ok) cause = this.#taken(frame, now_ms);
    // A channel that is hopped over says nothing: the next frame goes out on another one.
    else if (cause === Cause.notForUs && !this.#node.hopping)
      this.#quietUntil_ms = frame.ackRequest ? now_ms + this.#node.turnaround_ms + ACK_QUIET_ms : 0;
    if (cause !== Cause.ok) this.counters.dropped[cause]++;
  }

  #taken(frame: MacFrame, now_ms: number): number {
    const gate = this.#gate;
    const { pan, timed, neighbours } = this.#node;
    if (timed) {
      const { frameType, hasChallenge, challenge, sequence_ms } = gate.elements;
      if (gate.retimed) this.#retime();
      if (gate.row !== NONE && !frame.broadcast) neighbours.exchanged(gate.row, now_ms);
      if (frameType === WisunFrame.solicitation && pan.synced && hasChallenge)
        this.#askers.add(frame.source, challenge, sequence_ms, gate.start_ms, neighbours.count);
      if (frameType < WisunFrame.data) return Cause.ok;
    }
    return frame.type === FrameType.ack ? this.#acknowledged(frame) : this.#data(frame, now_ms);
  }

  /** The broadcast windows have moved, or are known now. */
  #retime(): void {
    if (this.#state !== State.waiting && this.#state !== State.sending) this.#transmitter.follow();
    if (this.#state === State.asking) this.#sweep.found();
  }

  #acknowledged(frame: MacFrame): number {
    if (this.#state !== State.waiting) return Cause.strayAck;
    const slot = this.#queue.head;
    if (frame.sequence !== slot.sequence || !sameEui64(frame.source, slot.destination)) return Cause.strayAck;
    this.#timer.stop();
    this.#transmitter.follow();
    this.counters.acknowledged++;
    this.#finish(true);
    return Cause.ok;
  }

  #data(frame: MacFrame, now_ms: number): number {
    if (!frame.broadcast) {
      if (frame.ackRequest) this.#transmitter.acknowledge(frame, this.#gate.start_ms);
      if (this.#duplicates.seen(frame.source, frame.sequence, now_ms)) return Cause.duplicate;
    }
    this.counters.received++;
    this.onFrame(frame.source, this.#gate.bytes, frame.payloadOffset, frame.payloadLength, frame.broadcast);
    return Cause.ok;
  }

  /** Tells the first that has asked for the PAN's time, where nothing else waits. */
  #answer(): void {
    const slot = this.#queue.length === 0 ? this.#queue.free : undefined;
    if (slot === undefined) {
      this.#askers.wait();
      return;
    }
    slot.broadcast = true;
    slot.frameType = WisunFrame.advertisement;
    slot.length = 0;
    this.#askers.take(slot);
    this.#push(slot);
  }
}
