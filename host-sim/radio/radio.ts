import type { Radio } from "hal/radio";
import { AirtimeAccount } from "./airtime";
import type { Medium, Station } from "./medium";
import { Transmission } from "./transmission";

const MAX_FRAME_BYTES = 255;
const NO_CHANNEL = -1;

/** The behaviour of a packet radio such as the SX1262, as seen through {@link Radio}. */
export class SimulatedRadio implements Radio, Station {
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  readonly bitRate: number;
  readonly airtime = new AirtimeAccount();
  onReceive: (frame: Uint8Array, length: number, rssi_dBm: number) => void = () => {};
  onSent: () => void = () => {};
  readonly #medium: Medium;
  readonly #sent: Transmission;
  #sending = false;
  #channel = NO_CHANNEL;
  /** Since when it has listened to {@link #channel} without a break. */
  #listening_us = 0;

  /** @param number of the node, as {@link Medium} counts them */
  constructor(
    medium: Medium,
    readonly number: number,
  ) {
    this.#medium = medium;
    this.bitRate = medium.bitRate;
    this.#sent = new Transmission(number, MAX_FRAME_BYTES);
  }

  listen(channel: number): void {
    if (channel === this.#channel) return;
    this.#channel = channel;
    this.#listening_us = this.#medium.now_us;
  }

  transmit(frame: Uint8Array, length: number, channel: number): boolean {
    if (this.#sending || length < 1 || length > MAX_FRAME_BYTES) return false;
    this.#sending = true;
    const sent = this.#sent;
    for (let i = 0; i < length; i++) sent.bytes[i] = frame[i]!;
    sent.length = length;
    sent.channel = channel;
    this.#medium.schedule(sent);
    this.airtime.add(channel, sent.start_us, length, sent.duration_us);
    return true;
  }

  /** The node's power is gone: a frame under way ends there, and nothing is heard until somebody listens again. */
  powerOff(): void {
    if (this.#sending) this.#medium.cut(this.#sent);
    this.#sending = false;
    this.#channel = NO_CHANNEL;
    this.onReceive = () => {};
    this.onSent = () => {};
  }

  channelClear(channel: number): boolean {
    return !this.#sending && this.#medium.strength_dBm(channel, this.number) === -Infinity;
  }

  /** @internal The medium's question at the end of a frame. */
  heardAllOf(frame: Transmission): boolean {
    return !this.#sending && this.#channel === frame.channel && this.#listening_us <= frame.start_us;
  }

  /** @internal The medium says that the frame has left. */
  finish(): void {
    this.#sending = false;
    this.#listening_us = this.#medium.now_us;
    this.onSent();
  }
}
