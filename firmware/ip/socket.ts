/** One end of a UDP exchange. Made once and reused. */
export class Peer {
  readonly address = new Uint8Array(16);
  port = 0;
  /** Of whom a datagram came from: it was sent to a group, not to this node alone. */
  toGroup = false;

  copyFrom(other: Peer): void {
    this.address.set(other.address);
    this.port = other.port;
    this.toGroup = other.toGroup;
  }

  equals(other: Peer): boolean {
    if (this.port !== other.port) return false;
    for (let i = 0; i < 16; i++) if (this.address[i] !== other.address[i]) return false;
    return true;
  }
}

/** A bound UDP port. */
export interface UdpSocket {
  /** Sends the first `length` bytes of `payload` (copied). False: the link did not take it. */
  send(peer: Peer, payload: Uint8Array, length: number): boolean;

  /** A datagram arrived; `peer` and `buffer` are valid during the call only. */
  onDatagram: (peer: Peer, buffer: Uint8Array, offset: number, length: number) => void;
}
