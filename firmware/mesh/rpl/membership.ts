import { isUnspecified, sameAddress } from "firmware/ip/address";
import type { Mac } from "firmware/mesh/mac/mac";
import type { Moves } from "firmware/mesh/rpl/moves";

/** A root that did not answer is not tried again for so long, where there is another PAN. */
const AVOIDED_ms = 600_000;

/** Which root a meter is with, how often it has changed it, and whether it keeps away from it. */
export class Membership {
  /** Address of the root, 16 bytes. */
  readonly root = new Uint8Array(16);
  /** How often the root was another one than before. */
  moves = 0;
  readonly #mac: Mac;
  readonly #kept: Moves | undefined;
  /** Until then the {@link root} does not count: it has not answered. */
  #avoidedUntil_ms = 0;

  /** @param kept where absent, a node that has restarted has never moved */
  constructor(mac: Mac, kept: Moves | undefined) {
    this.#mac = mac;
    this.#kept = kept;
    if (kept === undefined) return;
    this.moves = kept.load(this.root);
    mac.join(kept.panId);
  }

  /** Kept before the new root hears of it: no registration with it counts one move less. */
  moveTo(root: Uint8Array): void {
    if (!isUnspecified(this.root)) this.moves++;
    this.root.set(root);
    this.#kept?.save(root, this.moves, this.#mac.panId);
  }

  /** The root does not answer: it may be gone, or cut off. */
  avoid(now_ms: number): void {
    if (this.#mac.hasChoice) this.#avoidedUntil_ms = now_ms + AVOIDED_ms;
  }

  avoids(root: Uint8Array, now_ms: number): boolean {
    return now_ms < this.#avoidedUntil_ms && sameAddress(root, this.root);
  }
}
