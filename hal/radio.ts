import type { Clock } from "hal/clock";

/**
 * Where a radio listens, as a function of time alone: it is asked for any time near now, as often as it pleases the
 * radio, and answers without a side effect.
 */
export interface HopSchedule {
  /** The channel in the slot that holds `at_ms`, by the node's {@link Clock}. */
  channelAt(at_ms: number): number;

  /** When that slot ends and the next one begins; above `at_ms`. */
  slotEnd_ms(at_ms: number): number;
}

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

  /** Listens on `channel` whenever it is not sending, until told otherwise. Turning to another takes up to 1 ms. */
  listen(channel: number): void;

  /**
   * Listens where `schedule` says whenever it is not sending, until told otherwise, and hops by itself: nobody is told
   * of a hop. A driver hops by a timer that it sets to the end of each slot of `clock`; a hop may come 2 ms late, and
   * waits for a frame that is arriving. Called again, also with the same schedule, it looks at it anew: so after the
   * schedule has changed, and to come back from {@link listen}.
   */
  follow(schedule: HopSchedule, clock: Pick<Clock, "now_ms">): void;

  /**
   * Starts to send the first `length` bytes of `frame` (copied before the call returns) on `channel`, then calls
   * {@link onSent}. Answers false, and sends nothing, while a frame is still being sent, while the chip is not ready or holds a
   * frame that it has not handed over yet, or where `length` is out of range.
   */
  transmit(frame: Uint8Array, length: number, channel: number): boolean;

  /**
   * Clear channel assessment (IEEE 802.15.4-2015, 10.2.8, mode 3): false while energy is heard on `channel`, while a frame
   * is arriving there on a radio that listens to it, or while the radio is sending.
   */
  channelClear(channel: number): boolean;

  /**
   * A frame arrived whole (its FCS unchecked). `frame` belongs to the radio and is valid during the call only.
   * @param length bytes, FCS included
   */
  onReceive: (frame: Uint8Array, length: number, rssi_dBm: number) => void;

  /** The frame given to {@link transmit} has left. */
  onSent: () => void;
}
