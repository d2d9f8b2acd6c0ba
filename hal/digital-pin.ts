/** An input pin, in the shape of ECMA-419 (13.2): its edges are chosen when it is made. */
export interface DigitalInput {
  /** The level: 0 or 1. */
  read(): number;

  /**
   * The level has changed. Comes some time after the edge, once for edges close together, and in noise not at all:
   * what counts is the level. Set once, by the driver.
   */
  onReadable: () => void;
}

/** An output pin, in the shape of ECMA-419 (13.2). */
export interface DigitalOutput {
  write(level: 0 | 1): void;
}
