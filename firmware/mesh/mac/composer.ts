import { Writer } from "firmware/codec/cursor";
import { DATA_ELEMENT_BYTES, Elements, WisunFrame } from "firmware/mesh/mac/elements";
import {
  AUXILIARY_BYTES,
  BROADCAST_HEADER_BYTES,
  FCS_BYTES,
  IE_PRESENT,
  SECURITY_ENABLED,
  UNICAST_HEADER_BYTES,
  writeAckHeader,
  writeAuxiliary,
  writeDataHeader,
  writeFcs,
} from "firmware/mesh/mac/frame";
import { sequence_ms } from "firmware/mesh/mac/listening";
import type { MacNode } from "firmware/mesh/mac/node";
import { INTERVAL_ms } from "firmware/mesh/mac/pan-clock";
import type { Slot } from "firmware/mesh/mac/queue";
import { TAG_BYTES } from "hal/cipher";

/** Makes the frames of a node, each anew for each attempt: a frame tells the time, and no counter is used twice. */
export class Composer {
  /** The frame made last, from its start on. */
  readonly writer: Writer;
  readonly #node: MacNode;
  readonly #flags: number;
  readonly #elements = new Elements();

  constructor(node: MacNode, maxFrameBytes: number) {
    this.#node = node;
    this.#flags = (node.security !== undefined ? SECURITY_ENABLED : 0) | (node.timed ? IE_PRESENT : 0);
    this.writer = new Writer(new Uint8Array(maxFrameBytes));
  }

  /** Greatest length of a payload. */
  room(broadcast: boolean): number {
    const { security, timed } = this.#node;
    return (
      this.writer.bytes.length -
      (broadcast ? BROADCAST_HEADER_BYTES : UNICAST_HEADER_BYTES) -
      (security !== undefined ? AUXILIARY_BYTES + TAG_BYTES : 0) -
      (timed ? DATA_ELEMENT_BYTES : 0) -
      FCS_BYTES
    );
  }

  /** Makes a data frame or an advertisement of what waits in a slot. False: there is no frame counter for it. */
  data(slot: Slot, now_ms: number): boolean {
    const advertisement = slot.frameType === WisunFrame.advertisement;
    this.begin(slot);
    this.#elements.hasPanTime = this.#node.pan.synced;
    this.#elements.hasChallenge = advertisement;
    this.#elements.challenge = slot.challenge;
    if (!this.head(slot.frameType, now_ms)) return false;
    const start = this.writer.at;
    this.writer.copy(slot.payload, 0, slot.length);
    this.end(start);
    return true;
  }

  /** Makes a frame to all that asks for the time of the PAN. */
  solicitation(slot: Slot, challenge: number, now_ms: number): boolean {
    this.begin(slot);
    this.#elements.hasPanTime = false;
    this.#elements.hasChallenge = true;
    this.#elements.challenge = challenge;
    if (!this.head(WisunFrame.solicitation, now_ms)) return false;
    this.end(this.writer.at);
    return true;
  }

  /**
   * Makes an acknowledgement. False: there is no frame counter for it.
   * @param congested tells the sender of the frame to hold back
   * @param answer writes its payload
   */
  acknowledgement(
    to: Uint8Array,
    sequence: number,
    congested: boolean,
    now_ms: number,
    answer?: (writer: Writer) => void,
  ): boolean {
    const { writer } = this;
    const elements = this.#elements;
    const flags = this.#flags | (congested ? IE_PRESENT : 0);
    writer.reset(writer.bytes, 0, writer.bytes.length);
    writeAckHeader(writer, sequence, to, this.#node.eui64, flags);
    elements.hasPanTime = false;
    elements.hasChallenge = false;
    elements.congested = congested;
    const done = this.head(WisunFrame.ack, now_ms);
    elements.congested = false;
    if (!done) return false;
    const start = writer.at;
    answer?.(writer);
    this.end(start);
    return true;
  }

  private begin(slot: Slot): void {
    const { writer } = this;
    const { panId, eui64 } = this.#node;
    writer.reset(writer.bytes, 0, writer.bytes.length);
    writeDataHeader(
      writer,
      slot.sequence,
      panId,
      slot.broadcast ? undefined : slot.destination,
      eui64,
      this.#flags,
    );
  }

  /** What stands between the addresses and the payload. */
  private head(frameType: number, now_ms: number): boolean {
    const { security, timed, pan } = this.#node;
    if (security !== undefined) {
      const counter = security.nextCounter();
      if (counter < 0) return false;
      this.#counter = counter;
      writeAuxiliary(this.writer, counter, security.keyIndex);
    }
    const elements = this.#elements;
    if (timed) {
      elements.frameType = frameType;
      elements.sequence_ms = sequence_ms(now_ms);
      if (elements.hasPanTime) {
        elements.interval = pan.interval(now_ms);
        elements.offset_ms = pan.at(now_ms) - elements.interval * INTERVAL_ms;
        elements.age = pan.age(now_ms);
      }
    }
    if (timed || elements.congested) elements.write(this.writer);
    return true;
  }

  #counter = 0;

  private end(payload: number): void {
    const { writer } = this;
    const { security, eui64 } = this.#node;
    if (security !== undefined) {
      const end = writer.at;
      writer.take(TAG_BYTES);
      security.seal(eui64, this.#counter, writer.bytes, payload, end);
    }
    writeFcs(writer);
  }
}
