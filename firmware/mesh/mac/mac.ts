import type { Writer } from "firmware/codec/cursor";
import type { Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import { Askers } from "firmware/mesh/mac/askers";
import { MacCounters } from "firmware/mesh/mac/counters";
import { Csma } from "firmware/mesh/mac/csma";
import { WisunFrame } from "firmware/mesh/mac/elements";
import { Cause, FrameType, type MacFrame } from "firmware/mesh/mac/frame";
import { Duplicates } from "firmware/mesh/mac/duplicates";
import { Gate } from "firmware/mesh/mac/gate";
import { NONE } from "firmware/mesh/mac/neighbours";
import { MacNode, type MacOptions } from "firmware/mesh/mac/node";
import { inWindow_ms } from "firmware/mesh/mac/placement";
import { Haste, Queue, type Slot } from "firmware/mesh/mac/queue";
import { Transmitter } from "firmware/mesh/mac/transmitter";

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
   * A unicast frame was acknowledged or given up after it was so often on the air; `destination` is valid during the call
   * only. Set once.
   * @param tag that of {@link prepare}
   */
  onSent: (destination: Uint8Array, attempts: number, acked: boolean, tag: number) => void = () => {};
  /**
   * A frame without a payload asks: writes what its acknowledgement carries, if anything, as the payload of an enhanced
   * acknowledgement (IEEE 802.15.4-2015, 7.3.3). Set once.
   */
  onAsked: (writer: Writer) => void = () => {};
  /**
   * Such an acknowledgement came, before {@link onSent} is called; `source` and `buffer` are valid during the call only.
   * Set once.
   */
  onAnswered: (source: Uint8Array, buffer: Uint8Array, offset: number, length: number) => void = () => {};
  /** There is so little room above that neighbours are to hold back; the owner keeps it up to date. */
  congested = false;
  /** Strength of the frame that {@link onFrame} or {@link onAnswered} is called with. */
  rssi_dBm = 0;
  readonly eui64: Uint8Array;
  readonly channel: number;
  /** How many frames may wait to be sent. */
  readonly queueSlots: number;

  readonly #kernel: Kernel;
  readonly #node: MacNode;
  readonly #queue: Queue;
  readonly #duplicates = new Duplicates();
  readonly #gate: Gate;
  readonly #transmitter: Transmitter;
  readonly #csma: Csma;
  readonly #askers: Askers;
  #sequence: number;

  constructor(options: MacOptions) {
    const { radio, kernel } = options;
    const { maxFrameBytes } = radio;
    const node = new MacNode(options);
    const random = new RandomBelow(options.entropy);
    this.#kernel = kernel;
    this.eui64 = node.eui64;
    this.channel = node.channel;
    this.#node = node;
    this.queueSlots = options.queueSlots;
    this.#queue = new Queue(options.queueSlots, maxFrameBytes);
    this.#gate = new Gate(node, maxFrameBytes);
    this.#transmitter = new Transmitter(node, radio, kernel, this.counters);
    this.#csma = new Csma(node, kernel, random, this.#queue, this.#transmitter, this.counters);
    this.#csma.onDone = (slot, acked) => {
      if (!slot.broadcast) this.onSent(slot.destination, slot.sent, acked, slot.tag);
    };
    this.#askers = new Askers(kernel, random, () => this.answer());
    // Random, so that the first frame after a restart is not taken for a retry of the last one before it.
    this.#sequence = random.below(256);
    radio.onReceive = (bytes, length, rssi_dBm) => {
      this.rssi_dBm = rssi_dBm;
      this.receive(bytes, length);
    };
    radio.onSent = () => this.#csma.onSent();
  }

  /** Frames that wait for this destination, or to be sent to all; one being sent is among them. */
  queued(destination: Uint8Array | undefined): number {
    return this.#queue.count(destination);
  }

  /** Whether frames to `destination` wait a while, as it has told that it has little room. */
  holdsBack(destination: Uint8Array): boolean {
    return this.#csma.holdsBack(destination);
  }

  /** Of the PAN that this node is in. */
  get panId(): number {
    return this.#node.panId;
  }

  /** Whether there is more than one PAN that it may join. */
  get hasChoice(): boolean {
    return this.#node.hasChoice;
  }

  /** Goes to the PAN of this identifier; stays where it is none that it may join. Frames that wait go there too. */
  join(panId: number): void {
    this.#node.join(panId);
    this.#csma.rescheduled();
  }

  /** Goes to the next PAN that it may join; the last is followed by the first. */
  moveOn(): void {
    this.#node.moveOn();
    this.#csma.rescheduled();
  }

  /** Knows when and where the PAN's broadcasts are; always, where neither hopping nor security asks for it. */
  get synced(): boolean {
    return !this.#node.timed || this.#node.pan.synced;
  }

  /** The PAN's time in ms; -1 where there is none, or this node does not know it. */
  get panTime_ms(): number {
    const { pan, timed } = this.#node;
    return timed && pan.synced ? pan.at(this.#kernel.now_ms()) : -1;
  }

  /**
   * The moment in the broadcast window that stands for `at_ms`: what is spread over an interval is then spread over its
   * window. The same moment where there are no windows.
   */
  inWindow_ms(at_ms: number): number {
    const { pan, hopping } = this.#node;
    return hopping && pan.synced ? inWindow_ms(at_ms, pan) : at_ms;
  }

  /** RAM of what is kept of neighbours and channels. */
  get tableBytes(): number {
    return this.#node.neighbours.bytes + this.#transmitter.accountBytes;
  }

  /**
   * A sequence number (IEEE 802.15.4-2015, 7.2.2). What was given up and is sent once more under the number that it had is
   * told from a new frame by a neighbour that has got it, and whose acknowledgements were lost.
   */
  newSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0xff;
    return this.#sequence;
  }

  /**
   * Begins a frame to `destination` (copied), or to all in range where it is undefined. The caller writes the payload
   * and calls {@link submit}; without that nothing is sent.
   * @param tag given back by {@link onSent}
   * @param haste one of {@link Haste}
   * @param sequence one of {@link newSequence}; another one where absent
   * @returns where to write the payload, or undefined while the queue is full
   */
  prepare(
    destination: Uint8Array | undefined,
    tag = 0,
    haste: number = Haste.some,
    sequence = this.newSequence(),
  ): Writer | undefined {
    const slot = this.#queue.free;
    if (slot === undefined) return undefined;
    slot.tag = tag;
    slot.sequence = sequence;
    slot.haste = haste;
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
    this.push(slot);
    return true;
  }

  private push(slot: Slot): void {
    this.#queue.push(slot);
    this.#csma.next();
  }

  private receive(bytes: Uint8Array, length: number): void {
    const gate = this.#gate;
    const { frame } = gate;
    const now_ms = this.#kernel.now_ms();
    let cause = gate.take(bytes, length, now_ms);
    if (cause === Cause.ok) cause = this.taken(frame, now_ms);
    else if (cause === Cause.notForUs || cause === Cause.wrongPan) this.#csma.overheard(frame, now_ms);
    if (cause !== Cause.ok) this.counters.dropped[cause]++;
  }

  private taken(frame: MacFrame, now_ms: number): number {
    const gate = this.#gate;
    const { pan, timed, neighbours } = this.#node;
    if (timed) {
      const { frameType, hasChallenge, challenge, sequence_ms } = gate.elements;
      if (gate.retimed) {
        this.#csma.retimed();
        this.#askers.synced(now_ms);
      }
      if (gate.row !== NONE && !frame.broadcast) neighbours.exchanged(gate.row, now_ms);
      if (frameType === WisunFrame.solicitation && hasChallenge) {
        this.#askers.add(frame.source, challenge, sequence_ms, gate.start_ms, neighbours.count);
        if (!pan.synced) this.#csma.othersAsk();
      }
      if (frameType < WisunFrame.data) return Cause.ok;
    }
    if (frame.type !== FrameType.ack) return this.data(frame, now_ms);
    if (!this.#csma.awaits(frame)) return Cause.strayAck;
    if (frame.payloadLength > 0)
      this.onAnswered(frame.source, gate.bytes, frame.payloadOffset, frame.payloadLength);
    this.#csma.acknowledged(frame, gate.elements.congested);
    return Cause.ok;
  }

  private data(frame: MacFrame, now_ms: number): number {
    const asks = frame.payloadLength === 0;
    if (!frame.broadcast) {
      if (frame.ackRequest) {
        const answer = asks ? this.onAsked : undefined;
        this.#transmitter.acknowledge(frame, this.#gate.start_ms, this.congested, answer);
        this.#csma.answers(frame.source, now_ms);
      }
      if (this.#duplicates.seen(frame.source, frame.sequence, now_ms)) return Cause.duplicate;
    }
    this.counters.received++;
    if (asks) return Cause.ok;
    this.onFrame(frame.source, this.#gate.bytes, frame.payloadOffset, frame.payloadLength, frame.broadcast);
    return Cause.ok;
  }

  /** Tells the first that has asked for the PAN's time, once this node knows it. */
  private answer(): void {
    if (!this.#node.pan.synced) return;
    const slot = this.#queue.advertisement;
    if (slot.used) {
      this.#askers.wait();
      return;
    }
    slot.sequence = this.newSequence();
    slot.broadcast = true;
    slot.frameType = WisunFrame.advertisement;
    this.#askers.take(slot);
    this.push(slot);
  }
}
