import { Reader } from "firmware/codec/cursor";
import { Elements, WisunFrame } from "firmware/mesh/mac/elements";
import {
  AddressMode,
  BROADCAST,
  Cause,
  FCS_BYTES,
  FrameType,
  fcsMatches,
  MacFrame,
} from "firmware/mesh/mac/frame";
import { NONE } from "firmware/mesh/mac/neighbours";
import type { MacNode } from "firmware/mesh/mac/node";
import { INTERVAL_ms, NO_CHALLENGE } from "firmware/mesh/mac/pan-clock";
import { sameEui64 } from "firmware/mesh/mac/queue";
import { TAG_BYTES } from "hal/cipher";
import { frameTime_us } from "hal/channel-plan";

/** From a frame's last bit to the software that gets it, about in the middle of what is allowed for. */
const LATENCY_ms = 2;

/**
 * Decides which frames for this node are taken, and learns from those that are: whom there is, where each stands in its
 * sequence, and the time of the PAN. Nothing is learnt from a frame that is refused.
 */
export class Gate {
  /** The frame looked at last. */
  readonly frame = new MacFrame();
  /** What the frame taken last says; but for {@link Elements.congested} valid where frames are timed. */
  readonly elements = new Elements();
  /** The frame taken last, decrypted. */
  bytes: Uint8Array;
  /** When it began, by this node's clock. */
  start_ms = 0;
  /** Its sender's row, or {@link NONE}. */
  row = NONE;
  /** Whether the PAN's time was set by it. */
  retimed = false;
  readonly #node: MacNode;
  readonly #plain: Uint8Array;
  readonly #reader = new Reader(new Uint8Array(0));

  constructor(node: MacNode, maxFrameBytes: number) {
    this.#node = node;
    this.#plain = new Uint8Array(maxFrameBytes);
    this.bytes = this.#plain;
  }

  /**
   * Looks at a frame as the radio brings it, at what costs least first.
   * @returns a {@link Cause}
   */
  take(bytes: Uint8Array, length: number, now_ms: number): number {
    const { frame } = this;
    const { timed, security, neighbours } = this.#node;
    let cause = frame.parse(bytes, length);
    if (cause === Cause.ok) cause = this.filter();
    if (cause === Cause.ok && !fcsMatches(bytes, length)) cause = Cause.fcs;
    if (cause === Cause.ok && frame.secured !== (security !== undefined)) cause = Cause.security;
    this.bytes = bytes;
    this.retimed = false;
    this.start_ms = now_ms - LATENCY_ms - Math.round(frameTime_us(length) / 1000);
    if (cause !== Cause.ok) return cause;
    if (!timed) return this.elementsOf(bytes) ? Cause.ok : Cause.malformed;
    this.row = neighbours.find(frame.source);
    if (frame.secured) cause = this.open(bytes, length);
    if (cause !== Cause.ok) return cause;
    if (!this.elementsOf(bytes) || this.elements.frameType < 0) return Cause.malformed;
    cause = this.admit(now_ms);
    if (cause === Cause.ok && this.row !== NONE) this.learn(now_ms);
    return cause;
  }

  private elementsOf(bytes: Uint8Array): boolean {
    this.#reader.reset(bytes, this.frame.elementsOffset, this.frame.headerLength);
    return this.elements.read(this.#reader);
  }

  /** Is it for this node, and can it be answered? */
  private filter(): number {
    const { frame } = this;
    const { panId, eui64 } = this.#node;
    const pan = frame.destinationPan;
    if (pan >= 0 && pan !== panId && pan !== BROADCAST) return Cause.wrongPan;
    const ours = frame.destinationMode === AddressMode.extended && sameEui64(frame.destination, eui64);
    if (!ours && !(frame.broadcast && frame.type === FrameType.data)) return Cause.notForUs;
    if (frame.sourceMode !== AddressMode.extended || frame.sequence < 0) return Cause.unsupported;
    return Cause.ok;
  }

  private open(bytes: Uint8Array, length: number): number {
    const { frame } = this;
    const { neighbours } = this.#node;
    const security = this.#node.security!;
    const { source, frameCounter, keyIndex, headerLength } = frame;
    if (!security.holds(keyIndex)) return Cause.key;
    if (this.row !== NONE && frameCounter < neighbours.nextCounter(this.row)) return Cause.replay;
    const plain = this.#plain;
    for (let i = 0; i < length; i++) plain[i] = bytes[i];
    const end = length - FCS_BYTES - TAG_BYTES;
    if (!security.open(source, frameCounter, keyIndex, plain, headerLength, end)) return Cause.integrity;
    this.bytes = plain;
    return frame.opened(plain);
  }

  /** A sender that is not known is taken for what proves that its frame was made now; see docs/mac.md. */
  private admit(now_ms: number): number {
    if (this.row !== NONE) return Cause.ok;
    const { neighbours } = this.#node;
    const { frameType } = this.elements;
    // It cannot prove that yet: it is answered, and that is all.
    if (frameType === WisunFrame.solicitation) return Cause.ok;
    if (this.frame.secured && !this.isFresh()) return Cause.stale;
    this.row = neighbours.admit(this.frame.source, now_ms);
    return this.row === NONE ? Cause.crowded : Cause.ok;
  }

  private isFresh(): boolean {
    return (
      this.answersUs() || (this.elements.hasPanTime && this.#node.pan.fresh(this.pan_ms(), this.start_ms))
    );
  }

  private answersUs(): boolean {
    const { frameType, hasChallenge, challenge } = this.elements;
    const asked = this.#node.pan.challenge;
    if (asked === NO_CHALLENGE || frameType !== WisunFrame.advertisement) return false;
    return hasChallenge && challenge === asked;
  }

  private pan_ms(): number {
    return this.elements.interval * INTERVAL_ms + this.elements.offset_ms;
  }

  private learn(now_ms: number): void {
    const { frame } = this;
    const { pan, neighbours } = this.#node;
    const { hasPanTime, age, sequence_ms } = this.elements;
    const known = frame.secured && neighbours.nextCounter(this.row) > 0;
    neighbours.heard(this.row, frame.frameCounter, now_ms);
    neighbours.read(this.row, sequence_ms, this.start_ms);
    if (!hasPanTime) return;
    if (pan.synced) {
      this.retimed = pan.learn(this.pan_ms(), age, this.start_ms);
    } else if (known || this.answersUs()) {
      pan.join(this.pan_ms(), age, this.start_ms);
      this.retimed = true;
    }
  }
}
