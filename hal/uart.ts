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
