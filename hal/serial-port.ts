/** A serial port, in the shape of ECMA-419 (13.6). Nothing blocks; bytes that do not fit are not taken. */
export interface SerialPort {
  /** Takes as many of the first `length` bytes as fit, and answers how many. */
  write(bytes: Uint8Array, length: number): number;

  /** Moves received bytes into `into` and answers how many; 0 when there are none. */
  read(into: Uint8Array): number;

  /** Bytes have arrived. Set once, by the console. */
  onReadable: () => void;

  /** There is room to write again after {@link write} took less than it was given. */
  onWritable: () => void;
}
