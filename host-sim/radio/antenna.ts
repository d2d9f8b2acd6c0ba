import { CHANNEL_0_KHZ, CHANNEL_SPACING_KHZ, CHANNELS } from "hal/channel-plan";
import { AirtimeAccount } from "./airtime";
import type { Medium, Station } from "./medium";
import { Transmission } from "./transmission";

/** Where a frame goes, and a receiver listens, whose settings are not those of any channel: nobody is there. */
export const OFF_CHANNEL = -2;
const MAX_FRAME_BYTES = 255;
/** A receiver needs 24 bits of the preamble: it may begin 5 bytes late. */
export const LATE_US = 400;
/** How far from a channel's centre its frames are still made out. */
const OFFSET_KHZ = 20;

/** The number of the channel at a frequency, or {@link OFF_CHANNEL}. */
export function channelAt(frequency_kHz: number): number {
  const channel = Math.round((frequency_kHz - CHANNEL_0_KHZ) / CHANNEL_SPACING_KHZ);
  const offset_kHz = Math.abs(frequency_kHz - CHANNEL_0_KHZ - channel * CHANNEL_SPACING_KHZ);
  return channel >= 0 && channel < CHANNELS && offset_kHz <= OFFSET_KHZ ? channel : OFF_CHANNEL;
}

/** What a simulated chip has on the {@link Medium}: it sends there at its own times, and hears what it listens to. */
export class Antenna implements Station {
  readonly airtime = new AirtimeAccount();
  readonly number: number;
  /** The frame being sent, whose bytes may still come while it is. */
  readonly sent: Transmission;
  onReceive: (bytes: Uint8Array, length: number, rssi_dBm: number) => void = () => {};
  onSent: () => void = () => {};
  hearStart: (frame: Transmission, rssi_dBm: number) => void = () => {};
  sending = false;
  readonly #medium: Medium;
  #channel = OFF_CHANNEL;
  #listening_us = Infinity;

  constructor(medium: Medium) {
    this.#medium = medium;
    this.number = medium.addStation(this);
    this.sent = new Transmission(this.number, MAX_FRAME_BYTES);
  }

  /** From `from_us` on; on {@link OFF_CHANNEL} nothing is heard. */
  listen(channel: number, from_us: number): void {
    this.#channel = channel;
    this.#listening_us = from_us;
  }

  deafen(): void {
    this.#listening_us = Infinity;
  }

  /** Sends {@link sent}, of which the length is set. */
  send(channel: number, start_us: number, duration_us: number): void {
    const sent = this.sent;
    sent.channel = channel;
    sent.start_us = start_us;
    sent.duration_us = duration_us;
    this.sending = true;
    this.#medium.send(sent);
    this.airtime.add(channel, start_us, sent.length, duration_us);
  }

  /** The frame being sent ends here. */
  cut(): void {
    if (this.sending) this.#medium.cut(this.sent);
    this.sending = false;
  }

  strength_dBm(channel: number): number {
    return this.#medium.strength_dBm(channel, this.number);
  }

  listening_us(frame: Transmission): number {
    return !this.sending && this.#channel === frame.channel ? this.#listening_us : Infinity;
  }

  receive(bytes: Uint8Array, length: number, rssi_dBm: number): void {
    this.onReceive(bytes, length, rssi_dBm);
  }

  finish(): void {
    this.sending = false;
    this.onSent();
  }
}
