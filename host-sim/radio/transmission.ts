/** Of a frame, what others that are on the air at the same time, on the same channel or one close by, know of it. */
export interface Overlap {
  readonly from: number;
  readonly channel: number;
  readonly start_us: number;
  readonly end_us: number;
}

/** A frame on the air. Each radio has one, used again for each of its frames. */
export class Transmission {
  readonly bytes: Uint8Array;
  length = 0;
  channel = 0;
  start_us = 0;
  duration_us = 0;
  readonly overlaps: Overlap[] = [];
  /** For the others. */
  #overlap: Overlap | undefined;

  constructor(
    readonly from: number,
    maxFrameBytes: number,
  ) {
    this.bytes = new Uint8Array(maxFrameBytes);
  }

  /** On the air from now on, with `others`. */
  begin(others: readonly Transmission[]): void {
    const { from, channel, start_us, end_us, overlaps } = this;
    const overlap = { from, channel, start_us, end_us };
    this.#overlap = overlap;
    overlaps.length = 0;
    for (let i = 0; i < others.length; i++) {
      overlaps.push(others[i].#overlap!);
      others[i].overlaps.push(overlap);
    }
  }

  get end_us(): number {
    return this.start_us + this.duration_us;
  }
}
