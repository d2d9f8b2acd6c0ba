/**
 * Memory that keeps its content through any reset that keeps power: a restart of the software, a crash, a watchdog.
 *
 * Nothing blocks. After a power loss the content is arbitrary, and a reset in the middle of a write leaves it done in
 * part: whoever keeps something here checks it.
 */
export interface RetainedMemory {
  /** Bytes. */
  readonly size: number;

  /** Fills the first `length` bytes of `into` from `address` on. False, and nothing is done, where that is outside. */
  read(address: number, into: Uint8Array, length: number): boolean;

  /** Writes the first `length` bytes of `from` at `address`. False, and nothing is done, where that is outside. */
  write(address: number, from: Uint8Array, length: number): boolean;
}
