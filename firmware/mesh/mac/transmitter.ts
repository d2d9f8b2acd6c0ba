import type { Writer } from "firmware/codec/cursor";
import type { Kernel } from "firmware/kernel/kernel";
import { DwellAccount } from "firmware/mesh/mac/account";
import { Composer } from "firmware/mesh/mac/composer";
import type { MacCounters } from "firmware/mesh/mac/counters";
import type { MacFrame } from "firmware/mesh/mac/frame";
import type { MacNode } from "firmware/mesh/mac/node";
import type { Slot } from "firmware/mesh/mac/queue";
import type { Radio } from "hal/radio";

const SCHEDULE = -1;

/** Puts frames on the air, within the regulator's account, and keeps the radio where it has to listen. */
export class Transmitter {
  readonly #node: MacNode;
  readonly #radio: Radio;
  readonly #kernel: Kernel;
  readonly #counters: MacCounters;
  readonly #composer: Composer;
  readonly #account = new DwellAccount();
  /** The channel that an acknowledgement is waited for on, or {@link SCHEDULE}. */
  #held = SCHEDULE;

  constructor(node: MacNode, radio: Radio, kernel: Kernel, counters: MacCounters) {
    this.#node = node;
    this.#radio = radio;
    this.#kernel = kernel;
    this.#counters = counters;
    this.#composer = new Composer(node, radio.maxFrameBytes);
    this.follow();
  }

  get accountBytes(): number {
    return this.#account.bytes;
  }

  /** Greatest length of a payload. */
  room(broadcast: boolean): number {
    return this.#composer.room(broadcast);
  }

  /** Of the frame that a slot becomes. */
  lengthOf(slot: Slot): number {
    return this.#composer.writer.bytes.length - this.room(slot.broadcast) + slot.length;
  }

  /** Listens where the node's own schedule says. */
  follow(): void {
    const { hopping, schedule, channel } = this.#node;
    this.#held = SCHEDULE;
    if (hopping) this.#radio.follow(schedule, this.#kernel);
    else this.#radio.listen(channel);
  }

  /** Sends what waits in a slot where the channel is clear; then listens there where an acknowledgement is to come. */
  send(slot: Slot, channel: number): boolean {
    if (!this.#radio.channelClear(channel)) return false;
    if (!this.composed(this.#composer.data(slot, this.#kernel.now_ms()))) return false;
    if (!this.put(channel)) return false;
    if (slot.toAsker) this.#counters.advertisements++;
    else this.#counters.sent++;
    if (!slot.broadcast && this.#node.hopping) {
      this.#held = channel;
      this.#radio.listen(channel);
    }
    return true;
  }

  /** Sends a solicitation; it does not wait for a clear channel, as the next one follows on another. */
  solicit(slot: Slot, challenge: number, channel: number): boolean {
    if (!this.composed(this.#composer.solicitation(slot, challenge, this.#kernel.now_ms()))) return false;
    if (!this.put(channel)) return false;
    this.#counters.solicitations++;
    return true;
  }

  /**
   * At once, before anything is done with the frame: the other end does not wait for long. On the channel that the frame
   * came on.
   * @param start_ms when the frame began
   * @param congested tells its sender to hold back
   * @param answer writes what it carries
   */
  acknowledge(
    frame: MacFrame,
    start_ms: number,
    congested: boolean,
    answer: ((writer: Writer) => void) | undefined,
  ): void {
    const { hopping, schedule, channel } = this.#node;
    const now_ms = this.#kernel.now_ms();
    const heardOn = !hopping ? channel : this.#held !== SCHEDULE ? this.#held : schedule.channelAt(start_ms);
    const { source, sequence } = frame;
    if (!this.composed(this.#composer.acknowledgement(source, sequence, congested, now_ms, answer))) return;
    if (this.put(heardOn)) this.#counters.acksSent++;
  }

  private composed(done: boolean): boolean {
    if (!done) this.#counters.noCounter++;
    return done;
  }

  /** Sends the frame composed last. On a single channel the account would leave nothing: it is for those that hop. */
  private put(channel: number): boolean {
    const { bytes, length } = this.#composer.writer;
    if (this.#node.hopping && !this.#account.enter(channel, length, this.#kernel.now_ms())) {
      this.#counters.dwellRefused++;
      return false;
    }
    return this.#radio.transmit(bytes, length, channel);
  }
}
