/** What an endpoint has seen and done since it was made. */
export class CoapCounters {
  /** Datagrams in. */
  received = 0;
  /** Messages out, retransmissions and resets included. */
  sent = 0;
  /** Messages that the socket did not take. */
  notSent = 0;
  /** Requests that were answered, repeated ones not counted. */
  requests = 0;
  /** Messages received again. */
  duplicates = 0;
  /** Empty confirmable messages, answered with a reset. */
  pings = 0;
  /** Own requests, each block counted. */
  requestsSent = 0;
  retransmissions = 0;
  /** Own requests that ended without an answer. */
  failures = 0;

  // Messages that were not used, by cause.
  tooShort = 0;
  version = 0;
  format = 0;
  /** Code class 1, 3, 6 or 7, or a code that its message type cannot carry. */
  reservedCode = 0;
  /** A response, acknowledgement or reset that belongs to nothing here. */
  unmatched = 0;
  /** A critical option that is not understood, repeated or of a wrong length. */
  criticalOption = 0;
}
