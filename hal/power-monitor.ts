/**
 * Watches the mains in front of the node's supply. A capacitor carries the node on when they fail: {@link onFailing}
 * comes at once, while all still runs, and everything ends without a further word when the capacitor is empty.
 *
 * Nothing blocks. While the supply fails a program of flash ends in time, but no erase may be begun.
 */
export interface PowerMonitor {
  /** How long the node runs on after the mains have failed, typically; a part's own may be 30 % off, and less when aged. */
  readonly holdUp_ms: number;

  /** Whether the mains are away. */
  readonly failing: boolean;

  /** The mains have failed; comes within a few ms. Set once. */
  onFailing: () => void;

  /** The mains are back, and the node has run on meanwhile. Set once. */
  onRestored: () => void;
}
