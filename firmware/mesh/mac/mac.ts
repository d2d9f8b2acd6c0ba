import { Writer } from "firmware/codec/cursor";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import { Duplicates } from "firmware/mesh/mac/duplicates";
import {
  AddressMode,
  BROADCAST,
  Cause,
  CAUSES,
  FCS_BYTES,
  FrameType,
  fcsMatches,
  MacFrame,
  writeAckHeader,
  writeDataHeader,
  writeFcs,
} from "firmware/mesh/mac/frame";
import { Queue } from "firmware/mesh/mac/queue";
import type { Entropy } from "hal/entropy";
import type { Radio } from "hal/radio";

// Unslotted CSMA-CA, IEEE 802.15.4-2015, 6.2.5.1, with its names and defaults; only the backoff period is our own,
// since a timer and a look at the channel take about a millisecond here.
const BACKOFF_PERIOD_ms = 2;
const MIN_BE = 3;
const MAX_BE = 5;
const MAX_CSMA_BACKOFFS = 4;
/** Retries after the first attempt. With the backoffs between them a frame is done within 2 s. */
const MAX_FRAME_RETRIES = 5;
/** The receiver answers within a turnaround of 10 ms, and the acknowledgement takes 3 ms. */
const ACK_WAIT_ms = 25;
/**
 * How long others keep quiet after a frame that asks for an acknowledgement: during the turnaround the channel
 * sounds clear, and is not.
 */
const ACK_QUIET_ms = 14;

const State = Object.freeze({ idle: 0, backoff: 1, sending: 2, waiting: 3 });

/** Frames, but for `retries`; acknowledgements are counted apart. */
export class MacCounters {
  /** Put on the air, retries included. */
  sent = 0;
  acknowledged = 0;
  retries = 0;
  /** Unicast frames given up, and broadcasts that never found the channel clear. */
  failures = 0;
  acksSent = 0;
  /** Handed up. */
  received = 0;
  /** Not handed up, by {@link Cause}. */
  readonly dropped = new Uint32Array(CAUSES);
}

export interface MacOptions {
  radio: Radio;
  kernel: Kernel;
  entropy: Entropy;
  /** Most significant byte first. */
  eui64: Uint8Array;
  panId: number;
  channel: number;
  /** How many frames may wait to be sent. */
  queueSlots: number;
}

/**
 * The medium access of one node: sends frames one after the other, acknowledged and tried again where they have one
 * destination, and hands up each received frame once.
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

  readonly #radio: Radio;
  readonly #kernel: Kernel;
  readonly #random: RandomBelow;
  readonly #panId: number;
  readonly channel: number;
  readonly #queue: Queue;
  readonly #duplicates = new Duplicates();
  readonly #frame = new MacFrame();
  readonly #ack = new Writer(new Uint8Array(32));
  readonly #timer: Timer;

  #state: number = State.idle;
  #sequence: number;
  #retries = 0;
  #backoffs = 0;
  #backoffExponent = MIN_BE;
  #quietUntil_ms = 0;

  constructor(options: MacOptions) {
    this.#radio = options.radio;
    this.#kernel = options.kernel;
    this.#random = new RandomBelow(options.entropy);
    this.eui64 = options.eui64;
    this.#panId = options.panId;
    this.channel = options.channel;
    this.#queue = new Queue(options.queueSlots, options.radio.maxFrameBytes);
    this.#timer = new Timer(options.kernel, () => this.#onTimer());
    // Random, so that the first frame after a restart is not taken for a retry of the last one before it.
    this.#sequence = this.#random.below(256);
    this.#radio.onReceive = (bytes, length, rssi_dBm) => {
      this.rssi_dBm = rssi_dBm;
      this.#receive(bytes, length);
    };
    this.#radio.onSent = () => this.#onFrameSent();
    this.#radio.listen(this.channel);
  }

  /** Frames that wait to be sent, the one being sent among them. */
  get queued(): number {
    return this.#queue.length;
  }

  /**
   * Begins a frame to `destination` (copied), or to all in range where it is undefined. The caller writes the payload
   * and calls {@link submit}; without that nothing is sent.
   * @returns where to write the payload, or undefined while the queue is full
   */
  prepare(destination: Uint8Array | undefined): Writer | undefined {
    const slot = this.#queue.free;
    if (slot === undefined) return undefined;
    slot.broadcast = destination === undefined;
    if (destination !== undefined) slot.destination.set(destination);
    slot.sequence = this.#sequence;
    slot.writer.reset(slot.frame, 0, slot.frame.length - FCS_BYTES);
    writeDataHeader(slot.writer, slot.sequence, this.#panId, destination, this.eui64);
    return slot.writer;
  }

  /** Queues the frame begun last. False, and nothing is sent, where its payload did not fit. */
  submit(): boolean {
    const slot = this.#queue.free;
    if (slot === undefined || !slot.writer.ok) return false;
    slot.writer.end = slot.frame.length;
    writeFcs(slot.writer);
    slot.length = slot.writer.length;
    this.#sequence = (this.#sequence + 1) & 0xff;
    this.#queue.push();
    if (this.#state === State.idle) this.#begin();
    return true;
  }

  #begin(): void {
    this.#retries = 0;
    this.#contend();
  }

  #contend(): void {
    this.#backoffs = 0;
    this.#backoffExponent = Math.min(MIN_BE + this.#retries, MAX_BE);
    this.#backOff();
  }

  #backOff(): void {
    this.#state = State.backoff;
    const periods = this.#random.below(1 << this.#backoffExponent);
    const from_ms = Math.max(this.#kernel.now_ms(), this.#quietUntil_ms);
    this.#timer.startAt(from_ms + periods * BACKOFF_PERIOD_ms);
  }

  #onTimer(): void {
    if (this.#state === State.waiting) this.#tryAgain();
    else this.#transmit();
  }

  #transmit(): void {
    const slot = this.#queue.head;
    const clear = this.#kernel.now_ms() >= this.#quietUntil_ms && this.#radio.channelClear(this.channel);
    if (clear && this.#radio.transmit(slot.frame, slot.length, this.channel)) {
      this.#state = State.sending;
      this.counters.sent++;
    } else if (this.#backoffs < MAX_CSMA_BACKOFFS) {
      this.#backoffs++;
      this.#backoffExponent = Math.min(this.#backoffExponent + 1, MAX_BE);
      this.#backOff();
    } else {
      this.#tryAgain();
    }
  }

  /** What left may have been an acknowledgement: then no frame of the queue is being sent. */
  #onFrameSent(): void {
    if (this.#state !== State.sending) return;
    if (this.#queue.head.broadcast) {
      this.#finish(true);
    } else {
      this.#state = State.waiting;
      this.#timer.startIn(ACK_WAIT_ms);
    }
  }

  #tryAgain(): void {
    if (this.#retries < MAX_FRAME_RETRIES) {
      this.#retries++;
      this.counters.retries++;
      this.#contend();
    } else {
      this.counters.failures++;
      this.#finish(false);
    }
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
    const frame = this.#frame;
    let cause = frame.parse(bytes, length);
    if (cause === Cause.ok) cause = this.#filter(frame);
    if (cause === Cause.ok && !fcsMatches(bytes, length)) cause = Cause.fcs;
    if (cause === Cause.ok) {
      cause = frame.type === FrameType.ack ? this.#acknowledged(frame) : this.#data(frame, bytes);
    }
    if (cause !== Cause.ok) this.counters.dropped[cause]++;
  }

  /** Is it for this node, and can it be answered? */
  #filter(frame: MacFrame): number {
    const pan = frame.destinationPan;
    if (pan >= 0 && pan !== this.#panId && pan !== BROADCAST) return Cause.wrongPan;
    const ours = frame.destinationMode === AddressMode.extended && equal(frame.destination, this.eui64);
    if (!ours && !(frame.broadcast && frame.type === FrameType.data)) {
      this.#quietUntil_ms = frame.ackRequest ? this.#kernel.now_ms() + ACK_QUIET_ms : 0;
      return Cause.notForUs;
    }
    if (frame.sourceMode !== AddressMode.extended || frame.sequence < 0) return Cause.unsupported;
    return Cause.ok;
  }

  #acknowledged(frame: MacFrame): number {
    if (this.#state !== State.waiting) return Cause.strayAck;
    const slot = this.#queue.head;
    if (frame.sequence !== slot.sequence || !equal(frame.source, slot.destination)) return Cause.strayAck;
    this.#timer.stop();
    this.counters.acknowledged++;
    this.#finish(true);
    return Cause.ok;
  }

  #data(frame: MacFrame, bytes: Uint8Array): number {
    if (!frame.broadcast) {
      if (frame.ackRequest) this.#acknowledge(frame);
      if (this.#duplicates.seen(frame.source, frame.sequence, this.#kernel.now_ms())) return Cause.duplicate;
    }
    this.counters.received++;
    this.onFrame(frame.source, bytes, frame.payloadOffset, frame.payloadLength, frame.broadcast);
    return Cause.ok;
  }

  /** At once, before anything is done with the frame: the other end waits no longer than {@link ACK_WAIT_ms}. */
  #acknowledge(frame: MacFrame): void {
    const writer = this.#ack;
    writer.reset(writer.bytes, 0, writer.bytes.length);
    writeAckHeader(writer, frame.sequence, frame.source, this.eui64);
    writeFcs(writer);
    if (this.#radio.transmit(writer.bytes, writer.length, this.channel)) this.counters.acksSent++;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 7; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
