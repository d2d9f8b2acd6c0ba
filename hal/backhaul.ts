/**
 * A collector's way to the head end: carries whole IPv6 packets. Nothing blocks; packets may be lost, never altered.
 * What is under way when power fails is lost.
 */
export interface Backhaul {
  /** Takes a copy of the first `length` bytes. False while there is no connection, or no room. */
  send(packet: Uint8Array, length: number): boolean;

  /** A packet arrived; `packet` is valid during the call only. */
  onReceive: (packet: Uint8Array, length: number) => void;
}
