import { Group, writeGroup, writeLinkLocal } from "firmware/ip/address";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";
import type { Mac } from "firmware/mesh/mac/mac";
import { RplCode, writeDis } from "firmware/mesh/rpl/messages";
import type { RplSender } from "firmware/mesh/rpl/sender";

/**
 * All meters of a street may boot at once: the first solicitation waits up to this long, so that one of them asks and
 * the others hear it. No longer than half of a root's shortest Trickle interval, before which no answer comes.
 */
const SPREAD_ms = 1_000;
/** Waits for an answer; each is twice the one before. */
const FIRST_WAIT_ms = 5_000;
const LONGEST_WAIT_ms = 300_000;
/** Whoever has waited up to so long has asked this PAN often enough: from then on each question is to another one. */
const PATIENCE_ms = 40_000;

/** Asks for a DODAG until there is one (RFC 6550, section 8.3), in one PAN after the other. */
export class Solicitation {
  readonly #random: RandomBelow;
  readonly #mac: Mac;
  readonly #sender: RplSender;
  readonly #timer: Timer;
  readonly #all = new Uint8Array(16);
  readonly #one = new Uint8Array(16);
  #wait_ms = FIRST_WAIT_ms;
  #asked = false;

  constructor(kernel: Kernel, random: RandomBelow, mac: Mac, sender: RplSender) {
    this.#random = random;
    this.#mac = mac;
    this.#sender = sender;
    this.#timer = new Timer(kernel, () => this.ask());
    writeGroup(Group.allRplNodes, this.#all);
  }

  /** Begins after `delay_ms` and a while more. */
  startAfter(delay_ms: number): void {
    this.#wait_ms = FIRST_WAIT_ms;
    this.#asked = false;
    this.#timer.startIn(delay_ms + this.#random.below(SPREAD_ms));
  }

  stop(): void {
    this.#timer.stop();
  }

  /** Asks one neighbour for all that it says of its DODAG. */
  askOne(neighbour: Uint8Array): void {
    writeLinkLocal(neighbour, this.#one);
    writeDis(this.#sender.begin(this.#one, RplCode.dis));
    this.#sender.send();
  }

  /** Another asks: all that hear it hear the answer too. */
  hear(): void {
    if (!this.#asked && this.#timer.armed) this.waitLonger();
  }

  private ask(): void {
    if (this.#wait_ms >= PATIENCE_ms) this.#mac.moveOn();
    writeDis(this.#sender.begin(this.#all, RplCode.dis));
    this.#sender.send();
    this.waitLonger();
  }

  /** A wait between 1 and 1.5 times its length, so that nodes that collided once part. */
  private waitLonger(): void {
    this.#asked = true;
    this.#timer.startIn(this.#wait_ms + this.#random.below(this.#wait_ms / 2));
    this.#wait_ms = Math.min(2 * this.#wait_ms, LONGEST_WAIT_ms);
  }
}
