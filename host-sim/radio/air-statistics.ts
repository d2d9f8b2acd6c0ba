import { AddressMode, Cause, FrameType, MacFrame } from "firmware/mesh/mac/frame";

/** What one meter and its neighbour put on the air for each other. */
export interface AirCount {
  /** All frames, retries and acknowledgements too. */
  frames: number;
  /** Bytes of data frames, FCS included. */
  dataBytes: number;
}

/** Counts frames by the meter that they come from or go to. */
export class AirStatistics {
  readonly #frame = new MacFrame();
  readonly #nodes = new Map<number, AirCount>();

  add(bytes: Uint8Array, length: number): void {
    const frame = this.#frame;
    if (frame.parse(bytes, length) !== Cause.ok) return;
    if (frame.sourceMode === AddressMode.extended) this.#count(frame.source, frame.type, length);
    if (frame.destinationMode === AddressMode.extended) this.#count(frame.destination, frame.type, length);
  }

  /** Of the node with this EUI-64, so far; the object goes on counting. */
  of(eui64: Uint8Array): AirCount {
    const key = keyOf(eui64);
    let count = this.#nodes.get(key);
    if (count === undefined) this.#nodes.set(key, (count = { frames: 0, dataBytes: 0 }));
    return count;
  }

  #count(eui64: Uint8Array, type: number, length: number): void {
    const count = this.of(eui64);
    count.frames++;
    if (type === FrameType.data) count.dataBytes += length;
  }
}

/** The last six bytes tell the nodes of a simulation apart, and fit a number. */
function keyOf(eui64: Uint8Array): number {
  let key = 0;
  for (let i = 2; i < 8; i++) key = key * 256 + eui64[i];
  return key;
}
