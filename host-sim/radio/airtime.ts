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
  /** Greatest time on one channel in any 20 s; a frame that lies in the window in part counts in full. */
  channelDwellMax_us = 0;
  readonly #channels = new Map<number, Recent>();

  add(channel: number, start_us: number, length: number, duration_us: number): void {
    this.frames++;
    this.bytes += length;
    this.total_us += duration_us;
    let recent = this.#channels.get(channel);
    if (recent === undefined) this.#channels.set(channel, (recent = new Recent()));
    this.channelDwellMax_us = Math.max(this.channelDwellMax_us, recent.add(start_us, duration_us));
  }
}

/** The frames on one channel that still touch the window which ends with the last of them. */
class Recent {
  readonly #start_us: number[] = [];
  readonly #duration_us: number[] = [];
  #sum_us = 0;

  /** Answers the time in the window that ends with this frame. */
  add(start_us: number, duration_us: number): number {
    this.#start_us.push(start_us);
    this.#duration_us.push(duration_us);
    this.#sum_us += duration_us;
    const from_us = start_us + duration_us - DWELL_WINDOW_us;
    while (this.#start_us[0] + this.#duration_us[0] <= from_us) {
      this.#start_us.shift();
      this.#sum_us -= this.#duration_us.shift()!;
    }
    return this.#sum_us;
  }
}
