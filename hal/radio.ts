/**
 * A half-duplex packet radio. It carries whole frames, FCS included; it neither makes nor checks the FCS.
 *
 * Nothing blocks. A frame being sent when power fails is cut off on the air.
 */
export interface Radio {
  /** Greatest frame length in bytes, FCS included. */
  readonly maxFrameBytes: number;

  /** Bits a second on the air. */
  readonly bitRate: number;

  /** Listens on `channel` whenever it is not sending. */
  listen(channel: number): void;

  /**
   * Starts to send the first `length` bytes of `frame` (copied before the call returns) on `channel`, then calls
   * {@link onSent}. Answers false, and sends nothing, while a frame is still being sent, while the chip is not ready or holds a
   * frame that it has not handed over yet, or where `length` is out of range.
   */
  transmit(frame: Uint8Array, length: number, channel: number): boolean;

  /** Clear channel assessment: false while energy is heard on `channel`, or the radio is sending. */
  channelClear(channel: number): boolean;

  /**
   * A frame arrived whole (its FCS unchecked). `frame` belongs to the radio and is valid during the call only.
   * @param length bytes, FCS included
   */
  onReceive: (frame: Uint8Array, length: number, rssi_dBm: number) => void;

  /** The frame given to {@link transmit} has left. */
  onSent: () => void;
}
