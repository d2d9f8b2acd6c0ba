import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";
import type { Preference } from "firmware/mesh/rpl/preference";
import type { RplSender } from "firmware/mesh/rpl/sender";

/** Links are measured before there is need: soon after the root has heard of this node's place, and then ever more rarely. */
const FIRST_ms = 30_000;
const LONGEST_ms = 1_280_000;
/** Within which a link is measured that would be better than the one in use; not so soon after another one was. */
const URGENT_ms = 2_000;
const PAUSE_ms = 30_000;
/** After which a parent is asked again that has not answered. */
const DOUBT_ms = 15_000;

/**
 * Measures the links to neighbours that may be needed as parents, by frames that they acknowledge. These ask where they
 * stand, as a node in a crowd tells all in range of its rank once in hours: Trickle lets it be silent where others speak.
 */
export class Probes {
  readonly #kernel: Kernel;
  readonly #random: RandomBelow;
  readonly #preference: Preference;
  readonly #sender: RplSender;
  readonly #timer: Timer;
  readonly #eui64 = new Uint8Array(8);
  #wait_ms = FIRST_ms;
  #wanted = false;
  /** The timer is to ask the preferred parent again, where that has not answered since. */
  #doubted = false;
  #last_ms = -Infinity;

  constructor(kernel: Kernel, random: RandomBelow, preference: Preference, sender: RplSender) {
    this.#kernel = kernel;
    this.#random = random;
    this.#preference = preference;
    this.#sender = sender;
    this.#timer = new Timer(kernel, () => this.probe());
  }

  /** The root knows of this node's place. */
  start(): void {
    this.#wait_ms = FIRST_ms;
    this.later();
  }

  stop(): void {
    this.#timer.stop();
  }

  /** {@link Preference.wanted} would be a better parent, if its link is as good as it seems. */
  hurry(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    const now_ms = this.#kernel.now_ms();
    this.#timer.startAt(Math.max(now_ms, this.#last_ms + PAUSE_ms) + this.#random.below(URGENT_ms));
  }

  /** The preferred parent has not answered: a node that has little to send would learn in hours that it is gone. */
  doubt(): void {
    const soon_ms = this.#kernel.now_ms() + DOUBT_ms + this.#random.below(DOUBT_ms);
    if (this.#timer.due_ms <= soon_ms) return;
    this.#doubted = true;
    this.#timer.startAt(soon_ms);
  }

  private later(): void {
    this.#timer.startIn(this.#wait_ms / 2 + this.#random.below(this.#wait_ms / 2));
  }

  private probe(): void {
    const { wanted, parents, isDoubtful } = this.#preference;
    const now_ms = this.#kernel.now_ms();
    const doubted = this.#doubted;
    this.#doubted = false;
    if (doubted && !this.#wanted && !isDoubtful) {
      this.later();
      return;
    }
    this.#last_ms = now_ms;
    this.#wait_ms = Math.min(2 * this.#wait_ms, LONGEST_ms);
    parents.writeEui64(this.#wanted ? wanted : this.#preference.stalest(now_ms), this.#eui64);
    this.#sender.ask(this.#eui64);
    this.#wanted = false;
    this.later();
  }
}
