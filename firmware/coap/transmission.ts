/** Transmission parameters (RFC 7252, section 4.8) and the times that follow from them (4.8.2). */
const ACK_TIMEOUT_MS = 2_000;
const ACK_RANDOM_FACTOR = 1.5;
const MAX_RETRANSMIT = 4;
const MAX_LATENCY_MS = 100_000;

export interface TransmissionOptions {
  /** ACK_TIMEOUT; 2,000 by default. */
  readonly ackTimeout_ms?: number;
  /** MAX_RETRANSMIT; 4 by default. */
  readonly maxRetransmit?: number;
}

export class Transmission {
  readonly ackTimeout_ms: number;
  /** How much longer than {@link ackTimeout_ms} the first timeout can be. */
  readonly ackSpread_ms: number;
  readonly maxRetransmit: number;
  /** MAX_TRANSMIT_WAIT: from the first transmission to giving up, at most. */
  readonly transmitWait_ms: number;
  /** EXCHANGE_LIFETIME: how long a message id stays with its message. */
  readonly exchangeLifetime_ms: number;

  constructor(options: TransmissionOptions) {
    const timeout = options.ackTimeout_ms ?? ACK_TIMEOUT_MS;
    const retransmit = options.maxRetransmit ?? MAX_RETRANSMIT;
    const span = timeout * (2 ** retransmit - 1) * ACK_RANDOM_FACTOR;
    this.ackTimeout_ms = timeout;
    this.ackSpread_ms = timeout * (ACK_RANDOM_FACTOR - 1);
    this.maxRetransmit = retransmit;
    this.transmitWait_ms = timeout * (2 ** (retransmit + 1) - 1) * ACK_RANDOM_FACTOR;
    this.exchangeLifetime_ms = span + 2 * MAX_LATENCY_MS + timeout;
  }
}
