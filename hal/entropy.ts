/** A source of unpredictable numbers: the hardware generator on a board, a seeded one in the simulator. */
export interface Entropy {
  /** Fills `into` with random bytes. */
  fill(into: Uint8Array): void;
}
