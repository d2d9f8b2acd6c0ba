/** Who this node is, from the factory. */
export interface Identity {
  /** EUI-64, most significant byte first (as in an IPv6 address, without the universal bit inverted). */
  readonly eui64: Uint8Array;
  /** ASCII. */
  readonly model: string;
  /** ASCII. */
  readonly serial: string;
  /** AES-128 key of this node alone, for what it stores. It never leaves the node. */
  readonly storageKey: Uint8Array;
}
