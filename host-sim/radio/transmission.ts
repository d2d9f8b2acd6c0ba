/** Another frame that was on the air at the same time, on the same channel or one close by. */
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

  constructor(
    readonly from: number,
    maxFrameBytes: number,
  ) {
    this.bytes = new Uint8Array(maxFrameBytes);
  }

  get end_us(): number {
    return this.start_us + this.duration_us;
  }
}
