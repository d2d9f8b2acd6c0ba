import { CAUSES } from "firmware/mesh/mac/frame";

/** Frames, but for `retries`; acknowledgements are counted apart. */
export class MacCounters {
  /** Put on the air, retries included. */
  sent = 0;
  acknowledged = 0;
  retries = 0;
  /** Given up: unicast frames that nobody acknowledged, and broadcasts that never found the channel clear. */
  failures = 0;
  /** Of those, for want of a neighbour whose schedule is known, or of the PAN's time. */
  unknown = 0;
  acksSent = 0;
  /** Acknowledgements that told this node to hold back. */
  heldBack = 0;
  /** Put on the air to find the PAN, and to tell others of it. */
  solicitations = 0;
  advertisements = 0;
  /** Not sent when it was their turn, as the channel has had its time. */
  dwellRefused = 0;
  /** Not sent for want of a frame counter: the flash does not take any. */
  noCounter = 0;
  /** Handed up. */
  received = 0;
  /** Not handed up, by {@link Cause}. */
  readonly dropped = new Uint32Array(CAUSES);
}
