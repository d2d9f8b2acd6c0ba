import { CHANNELS } from "hal/channel-plan";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";
import type { MacNode } from "firmware/mesh/mac/node";
import { NO_CHALLENGE } from "firmware/mesh/mac/pan-clock";
import type { Slot } from "firmware/mesh/mac/queue";
import { channelOf, seedOf } from "firmware/mesh/mac/schedule";
import type { Transmitter } from "firmware/mesh/mac/transmitter";

/**
 * Rounds of solicitations before it is given up: the first on so many channels, as one among many neighbours meets some of
 * them even so, and each on twice as many as the one before, up to all.
 */
const ROUNDS = 6;
const FIRST_CHANNELS = 16;
/** Answers are waited for at least so long after a round, and at most so much longer. */
const WAIT_ms = 1_500;
const WAIT_SPREAD_ms = 1_500;
/** Where others ask too, waits are doubled for each round, up to 2^2 of that. */
const MAX_DOUBLINGS = 2;
/** After a channel that is left out, as the radio does not take the frame. */
const BUSY_ms = 2;

/**
 * Asks for the time of the PAN on one channel after the other, as nobody's schedule is known. A round over all takes about
 * 0.8 s, in which a neighbour that hops meets one of its frames in two of three cases. Where neighbours ask as well, the time
 * has not come near: they have noted who asked and will tell, and the rounds are ever more rare.
 */
export class Sweep {
  /** The sweep has ended; tells whether the PAN's time was found. Set once. */
  onDone: (found: boolean) => void = () => {};
  readonly #node: MacNode;
  readonly #random: RandomBelow;
  readonly #transmitter: Transmitter;
  readonly #timer: Timer;
  #slot: Slot | undefined;
  #rounds = 0;
  #cycle = 0;
  #left = 0;
  #isAlone = true;

  constructor(node: MacNode, kernel: Kernel, random: RandomBelow, transmitter: Transmitter) {
    this.#node = node;
    this.#random = random;
    this.#transmitter = transmitter;
    this.#timer = new Timer(kernel, () => this.onTimer());
  }

  /** Asks in the name of a broadcast that waits in `slot`. */
  start(slot: Slot): void {
    this.#slot = slot;
    const challenge = (this.#random.below(0x10000) * 0x10000 + this.#random.below(0x10000)) >>> 0;
    this.#node.pan.challenge = challenge === NO_CHALLENGE ? 1 : challenge;
    this.#rounds = 0;
    this.#isAlone = true;
    this.round();
  }

  /** Another node's solicitation was heard. */
  othersAsk(): void {
    this.#isAlone = false;
  }

  /** A solicitation has left. */
  onSent(): void {
    this.passed(0);
  }

  /** An answer has come. */
  found(): void {
    this.#timer.stop();
    this.onDone(true);
  }

  private round(): void {
    this.#rounds++;
    this.#left = this.#node.hopping ? Math.min(FIRST_CHANNELS << (this.#rounds - 1), CHANNELS) : 1;
    this.#cycle = this.#random.below(0x10000) * CHANNELS;
    this.next();
  }

  private onTimer(): void {
    if (this.#left > 0) this.next();
    else if (this.#rounds < ROUNDS) this.round();
    else this.giveUp();
  }

  /** An answer that comes later is none: it may have been held back. */
  private giveUp(): void {
    this.#node.pan.challenge = NO_CHALLENGE;
    this.onDone(false);
  }

  private next(): void {
    const { hopping, channel, eui64, pan } = this.#node;
    const to = hopping ? channelOf(seedOf(eui64), this.#cycle + this.#left - 1) : channel;
    if (!this.#transmitter.solicit(this.#slot!, pan.challenge, to)) this.passed(BUSY_ms);
  }

  private passed(pause_ms: number): void {
    this.#timer.startIn(--this.#left === 0 ? this.wait_ms() : pause_ms);
  }

  private wait_ms(): number {
    const doublings = this.#isAlone ? 0 : Math.min(this.#rounds, MAX_DOUBLINGS);
    return (WAIT_ms + this.#random.below(WAIT_SPREAD_ms)) << doublings;
  }
}
