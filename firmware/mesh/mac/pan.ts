/** A key of a PAN, IEEE 802.15.4-2015, 9.5. */
export interface LinkKey {
  /** 1 to 255; an odd one follows an even one, and the other way round. */
  readonly index: number;
  /** 16 bytes. */
  readonly key: Uint8Array;
}

/** A PAN: a collector and the nodes that have their time and their keys from it. */
export interface Pan {
  /** Its identifier, IEEE 802.15.4-2015, 6.1: 0 to 0xfffe. */
  readonly id: number;
  /** Of link security, where there is any: the first seals, and one of the generation before may still be in use. */
  readonly keys?: readonly LinkKey[];
}
