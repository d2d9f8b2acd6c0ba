import { CHANNELS } from "hal/channel-plan";

/** Before each frame: 8 bytes of preamble, 2 of sync word, 1 of length. */
const PHY_HEADER_BYTES = 8 + 2 + 1;
/** The span over which FCC 15.247 (a)(1)(i) limits the time on one channel. */
const DWELL_WINDOW_us = 20e6;

/** Time on the air of a frame of `length` bytes, its FCS included. */
export function airtime_us(length: number, bitRate: number): number {
  return ((PHY_HEADER_BYTES + length) * 8 * 1e6) / bitRate;
}

/** What one node has sent. */
export class AirtimeAccount {
  frames = 0;
  /** With FCS, without preamble, sync word and length. */
  bytes = 0;
  total_us = 0;
  readonly byChannel_us = new Float64Array(CHANNELS);
  /** Greatest time on one channel in any 20 s; a frame that lies in the window in part counts in full. */
  channelDwellMax_us = 0;
  /** The frames that may still touch a window which ends with a later one, on all channels, the oldest first. */
  readonly #recent: Sent[] = [];
  /** By channel, the sum of those that have not left the window: durations of a bit rate that divides a second are whole. */
  readonly #dwell_us = new Float64Array(CHANNELS);
  /** Of {@link #recent}, how many at its front have left the window. */
  #passed = 0;

  /** Frames come in the order of their starts. */
  add(channel: number, start_us: number, length: number, duration_us: number): void {
    this.frames++;
    this.bytes += length;
    this.total_us += duration_us;
    this.byChannel_us[channel] += duration_us;
    const end_us = start_us + duration_us;
    this.#forget(end_us - DWELL_WINDOW_us);
    this.#recent.push({ channel, end_us, duration_us });
    this.#dwell_us[channel] += duration_us;
    // Of a frame that is on no channel there is none.
    if (this.#dwell_us[channel] > this.channelDwellMax_us) this.channelDwellMax_us = this.#dwell_us[channel];
  }

  #forget(until_us: number): void {
    const recent = this.#recent;
    for (; this.#passed < recent.length && recent[this.#passed].end_us <= until_us; this.#passed++)
      this.#dwell_us[recent[this.#passed].channel] -= recent[this.#passed].duration_us;
    if (2 * this.#passed < recent.length) return;
    recent.splice(0, this.#passed);
    this.#passed = 0;
  }
}

interface Sent {
  readonly channel: number;
  readonly end_us: number;
  readonly duration_us: number;
}
