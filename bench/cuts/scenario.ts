import type { Cipher } from "hal/cipher";
import type { Entropy } from "hal/entropy";
import type { FlashOptions, NorFlash } from "../../host-sim/flash";

/** What a device has at a start: flash as it was left, and a cipher that takes no nonce twice. */
export interface Rig {
  /** In the order of {@link Scenario.partitions}. */
  readonly flashes: readonly NorFlash[];
  readonly cipher: Cipher;
  readonly entropy: Entropy;
}

/**
 * A life of a device, of which every flash operation is cut.
 *
 * While {@link run} is under way, before each operation, copies of the flash are made in which that operation is cut in
 * each way, and {@link restart} is called with each. A scenario keeps in its own memory what was acknowledged so far,
 * against which restart judges. Operations of a restart are cut too, so that it may be called while another is under
 * way: what it adds to that memory it takes back before it returns or throws.
 */
export interface Scenario {
  readonly name: string;
  readonly partitions: readonly Omit<FlashOptions, "random">[];
  /** From blank flash to the scenario's end. */
  run(rig: Rig): void;
  /** Starts after a cut, and throws where anything is lost. */
  restart(rig: Rig): void;
}

/** Throws `reason` where something does not hold. */
export function expect(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new Error(reason);
}
