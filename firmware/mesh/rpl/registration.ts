import { writeAddress, writeEui64 } from "firmware/ip/address";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";
import { Dao, type DaoAck, INFINITE_RANK, RplCode, STATUS_REJECTED } from "firmware/mesh/rpl/messages";
import { FIRST_SEQUENCE, isNewer, nextSequence } from "firmware/mesh/rpl/sequence";
import { NONE, type Parents } from "firmware/mesh/rpl/parents";
import type { Preference } from "firmware/mesh/rpl/preference";
import type { RplSender } from "firmware/mesh/rpl/sender";

/** Waits for an answer; each is twice the one before. */
const FIRST_WAIT_ms = 15_000;
const LONGEST_WAIT_ms = 60_000;
/** Registrations without an answer before the root counts as out of reach. */
const MAX_ATTEMPTS = 12;
/**
 * A better parent is no hurry: until the root hears of it, it knows a way that works. At a third of this, registrations of
 * a town of 2,750 kept its collector so busy that links to it looked bad, parents changed, and more registrations followed.
 */
const RENEWAL_SPREAD_ms = 3_600_000;
/** One DIO, or a parent that is lost, may be news to many: their registrations are spread over this. */
export const REGISTRATION_SPREAD_ms = 4_000;

/** A node's registration with its root: sent until it is acknowledged, and again before it expires. */
export class Registration {
  /** The root has answered. Set once. */
  onAccepted: () => void = () => {};
  /** The root does not answer. Set once. */
  onUnanswered: () => void = () => {};
  /** What is registered but for its sequence numbers; the owner keeps it up to date. */
  readonly dao = new Dao();
  /** How long a registration holds. */
  lifetime_ms = 0;
  readonly #kernel: Kernel;
  readonly #random: RandomBelow;
  readonly #sender: RplSender;
  readonly #root: Uint8Array;
  readonly #timer: Timer;
  readonly #eui64 = new Uint8Array(8);
  /** The parent that the root knows. */
  readonly #known = new Uint8Array(8);
  #wait_ms = FIRST_WAIT_ms;
  #attempts = 0;
  /** The next DAO is another one than the last: it has a sequence number of its own. */
  #isNew = true;
  /** The number before the first one whose answer counts. */
  #before = FIRST_SEQUENCE;

  constructor(kernel: Kernel, random: RandomBelow, sender: RplSender, root: Uint8Array) {
    this.#kernel = kernel;
    this.#random = random;
    this.#sender = sender;
    this.#root = root;
    this.#timer = new Timer(kernel, () => this.send());
    this.dao.ackRequested = true;
    this.dao.sequence = FIRST_SEQUENCE;
    this.dao.pathSequence = FIRST_SEQUENCE;
  }

  /** Names the preferred parent, and the one that would take its place; both have their addresses of `prefix`. */
  of(preference: Preference, prefix: Uint8Array): void {
    const { dao } = this;
    const { parents, preferred } = preference;
    this.#isNew = true;
    parents.writeEui64(preferred, this.#eui64);
    writeAddress(prefix, this.#eui64, dao.parent);
    const alternate = preference.alternate(1);
    dao.hasAlternate = alternate !== NONE;
    if (!dao.hasAlternate) return;
    parents.writeEui64(alternate, this.#eui64);
    writeAddress(prefix, this.#eui64, dao.alternate);
  }

  /** Registers anew after up to `spread_ms`. */
  startWithin(spread_ms: number): void {
    this.begin();
    this.#timer.startIn(this.#random.below(spread_ms));
  }

  /** Registers a better parent some time, unless it is about to anyway. */
  renew(): void {
    if (this.#attempts === 0 && this.#timer.due_ms - this.#kernel.now_ms() > RENEWAL_SPREAD_ms)
      this.startWithin(RENEWAL_SPREAD_ms);
  }

  /**
   * A better parent was no hurry; but once the one that the root knows is lost, it knows no way that works. It may even be
   * below this node by now: then neither is reached before this one registers.
   */
  check(parents: Parents): void {
    const place = parents.find(this.#known);
    if (place === NONE || parents.rank[place] !== INFINITE_RANK || this.#attempts > 0) return;
    if (this.#timer.due_ms - this.#kernel.now_ms() > REGISTRATION_SPREAD_ms)
      this.startWithin(REGISTRATION_SPREAD_ms);
  }

  stop(): void {
    this.#timer.stop();
  }

  /** Takes an answer, be it to another registration. */
  answer(ack: DaoAck): void {
    const { sequence, instance } = this.dao;
    // A refusal is taken like silence: asked again after longer and longer waits.
    if (ack.instance !== instance || ack.status >= STATUS_REJECTED) return;
    if (ack.sequence === sequence && !this.#isNew) {
      writeEui64(this.dao.parent, this.#known);
      this.begin();
      // Between a half and three quarters of the lifetime.
      this.#timer.startIn(this.lifetime_ms / 2 + this.#random.below(this.lifetime_ms / 4));
      this.onAccepted();
    } else if (isNewer(ack.sequence, this.#before) && !isNewer(ack.sequence, sequence)) {
      // The root has a way to this node, and hears of a better one some time.
      this.#attempts = 0;
      this.#wait_ms = FIRST_WAIT_ms;
      this.#timer.startIn(this.#random.below(RENEWAL_SPREAD_ms));
      this.onAccepted();
    }
  }

  private begin(): void {
    this.#attempts = 0;
    this.#wait_ms = FIRST_WAIT_ms;
    this.#isNew = true;
    this.#before = this.dao.sequence;
  }

  private send(): void {
    if (this.#attempts === MAX_ATTEMPTS) {
      this.onUnanswered();
      return;
    }
    const { dao } = this;
    if (this.#isNew) {
      dao.sequence = nextSequence(dao.sequence);
      dao.pathSequence = nextSequence(dao.pathSequence);
      this.#isNew = false;
    }
    dao.write(this.#sender.begin(this.#root, RplCode.dao));
    this.#sender.send();
    this.#attempts++;
    // Between 1 and 1.5 times the wait, so that nodes that collided once part.
    this.#timer.startIn(this.#wait_ms + this.#random.below(this.#wait_ms / 2));
    this.#wait_ms = Math.min(2 * this.#wait_ms, LONGEST_WAIT_ms);
  }
}
