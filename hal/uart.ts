/** What a {@link Uart} is made with besides its rate. The first two have the time of the byte itself in them. */
export interface UartTimes {
  /** From the start of a byte to that of the next. */
  readonly byte_ms: number;
  /** To wait for a byte of the answer. */
  readonly timeout_ms: number;
  /** From the last byte of either side until the chip listens again. */
  readonly pause_ms: number;
}

/**
 * One chip on a UART that speaks when it is asked, in the shape of ECMA-419 (13.6): rate, format, pauses and the time to
 * wait for a byte are fixed when it is made. What comes unasked is thrown away.
 */
export interface Uart {
  /**
   * Sends all of `bytes`. Blocks until they have left and the chip will listen again. Nothing tells whether it took them.
   * A power loss in the middle leaves the chip with those before.
   */
  write(bytes: Uint8Array): void;

  /**
   * Sends all of `bytes`, and fills `into` with what the chip answers. Blocks until `into` is full, or a byte did not come
   * in its time, and the chip will listen again. False: bytes were missing, and `into` means nothing.
   */
  writeRead(bytes: Uint8Array, into: Uint8Array): boolean;
}
