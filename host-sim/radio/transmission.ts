/** A frame on the air. Each radio has one, used again for each of its frames. */
export class Transmission {
  readonly bytes: Uint8Array;
  length = 0;
  channel = 0;
  start_us = 0;
  duration_us = 0;
  /** Frames that overlap it on its channel: who sends them, and since when. */
  readonly overlapFrom: number[] = [];
  readonly overlapStart_us: number[] = [];

  constructor(
    readonly from: number,
    maxFrameBytes: number,
  ) {
    this.bytes = new Uint8Array(maxFrameBytes);
  }
}
