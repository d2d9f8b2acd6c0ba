/** One chip on an I2C bus, in the shape of ECMA-419 (13.5): its address and the rate are fixed when it is made. */
export interface I2c {
  /**
   * Writes all of `bytes`. Blocks until done. False: the chip did not acknowledge; it may have taken the bytes before.
   * A power loss in the middle leaves the chip with those before, too.
   */
  write(bytes: Uint8Array): boolean;

  /**
   * Writes all of `bytes`, and after a repeated start fills `into` with what the chip answers. Blocks until done. False:
   * the chip did not acknowledge, and `into` means nothing.
   */
  writeRead(bytes: Uint8Array, into: Uint8Array): boolean;
}
