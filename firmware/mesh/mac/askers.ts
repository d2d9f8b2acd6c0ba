import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";
import type { Slot } from "firmware/mesh/mac/queue";

const ASKERS = 8;
/** An asker is busy asking for so long before it listens. */
const SWEEP_ms = 1_000;
/** Then an answer waits up to this long, so that those of many neighbours do not collide. */
const SPREAD_ms = 400;
/** About so many of the neighbours answer. */
const ANSWERS = 6;
/** Whoever asked longer ago has found the time, or gives another challenge by now. */
const WAITING_ms = 30_000;

/**
 * Nodes that have asked for the time of the PAN, and are to be answered one after the other. Those that asked before this
 * node knew it are answered when it does: where all start at once the time so goes from neighbour to neighbour, and
 * nobody has to ask again and again until it has come near.
 */
export class Askers {
  readonly #random: RandomBelow;
  readonly #timer: Timer;
  readonly #addresses = new Uint8Array(ASKERS * 8);
  readonly #challenges = new Uint32Array(ASKERS);
  readonly #sequence_ms = new Uint32Array(ASKERS);
  readonly #asked_ms = new Float64Array(ASKERS);
  #first = 0;
  #count = 0;

  /** @param answer told that it is time for {@link take} */
  constructor(kernel: Kernel, random: RandomBelow, answer: () => void) {
    this.#random = random;
    this.#timer = new Timer(kernel, answer);
  }

  /** This node knows the time now. */
  synced(now_ms: number): void {
    this.forget(now_ms);
    if (this.#count > 0 && !this.#timer.armed) this.wait();
  }

  /** An asker stood at `sequence_ms` in its sequence at `at_ms`; its neighbours may be `neighbours` in number. */
  add(eui64: Uint8Array, challenge: number, sequence_ms: number, at_ms: number, neighbours: number): void {
    this.forget(at_ms);
    if (this.#count === ASKERS || this.#random.below(Math.max(1, neighbours)) >= ANSWERS) return;
    const at = (this.#first + this.#count) % ASKERS;
    for (let i = 0; i < 8; i++) this.#addresses[at * 8 + i] = eui64[i];
    this.#challenges[at] = challenge;
    this.#sequence_ms[at] = sequence_ms;
    this.#asked_ms[at] = at_ms;
    if (this.#count++ === 0) this.#timer.startIn(SWEEP_ms + this.#random.below(SPREAD_ms));
  }

  /** Answers later. */
  wait(): void {
    this.#timer.startIn(this.#random.below(SPREAD_ms));
  }

  /** Takes the first out of the list, into a slot for the answer. */
  take(slot: Slot): void {
    const at = this.#first;
    for (let i = 0; i < 8; i++) slot.destination[i] = this.#addresses[at * 8 + i];
    slot.challenge = this.#challenges[at];
    slot.asker_ms = this.#sequence_ms[at];
    slot.asked_ms = this.#asked_ms[at];
    this.#first = (at + 1) % ASKERS;
    if (--this.#count > 0) this.wait();
  }

  private forget(now_ms: number): void {
    for (; this.#count > 0 && now_ms - this.#asked_ms[this.#first] > WAITING_ms; this.#count--)
      this.#first = (this.#first + 1) % ASKERS;
  }
}
