import { NONE } from "firmware/mesh/rpl/parents";
import type { Preference } from "firmware/mesh/rpl/preference";
import type { RplSender } from "firmware/mesh/rpl/sender";

/** How many are asked. */
const MOST = 4;

/**
 * Looks for a parent in place of one that is lost, among neighbours that seem to be above this node and of which that is
 * not certain: they may have told their rank before this node sank. Each is asked where it stands, the cheapest first.
 */
export class Search {
  readonly #preference: Preference;
  readonly #sender: RplSender;
  readonly #eui64 = new Uint8Array(8);
  /** The place of whom is being asked, or {@link NONE}; and a bit for each that has been. */
  #asking = NONE;
  #asked = 0;
  #count = 0;

  constructor(preference: Preference, sender: RplSender) {
    this.#preference = preference;
    this.#sender = sender;
  }

  /** There is a parent, or no place any more. */
  end(): void {
    this.#asking = NONE;
    this.#asked = 0;
    this.#count = 0;
  }

  /**
   * Asks the next one, once the one before has answered or not.
   * @returns whether there is an answer to wait for
   */
  goOn(): boolean {
    const { parents, preferred, announced } = this.#preference;
    if (this.#asking !== NONE) return true;
    if (this.#count >= MOST || this.#sender.muted) return false;
    for (let n = 0; ; n++) {
      const place = parents.nth(n, NONE, announced);
      if (place === NONE) return false;
      if (place === preferred || parents.failures[place] > 0 || (this.#asked & (1 << place)) !== 0) continue;
      parents.writeEui64(place, this.#eui64);
      // Where there is no room for it, the end of another frame makes some.
      if (!this.#sender.ask(this.#eui64)) return true;
      this.#asking = place;
      this.#asked |= 1 << place;
      this.#count++;
      return true;
    }
  }

  /** A frame to this neighbour was acknowledged or given up. */
  sent(neighbour: Uint8Array): void {
    if (this.#asking !== NONE && this.#preference.parents.find(neighbour) === this.#asking)
      this.#asking = NONE;
  }
}
