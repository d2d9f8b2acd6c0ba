import { Timer, type Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import type { Outage } from "firmware/power/outage";
import type { NoticeSender, PowerNotice } from "firmware/power/notice";
import type { Entropy } from "hal/entropy";

/** A whole town comes back at once: what it tells is spread over so long, to leave the collector to those who register. */
export const RESTORATION_SPREAD_ms = 420_000;
/** Notices without an answer before the head end is left to the event log. */
const MAX_TRIES = 5;

export interface RestorationOptions {
  kernel: Kernel;
  entropy: Entropy;
  sender: NoticeSender;
  /** What is sent; the start's fields are filled. */
  notice: PowerNotice;
  outage: Outage;
}

/** Tells the head end, once the meter is on the mesh, that the supply is back or that the software has started. */
export class Restoration {
  readonly #kernel: Kernel;
  readonly #sender: NoticeSender;
  readonly #notice: PowerNotice;
  readonly #outage: Outage;
  readonly #entropy: Entropy;
  readonly #timer: Timer;
  #tries = 0;
  #joined = false;
  #due = false;

  constructor({ kernel, entropy, sender, notice, outage }: RestorationOptions) {
    this.#kernel = kernel;
    this.#sender = sender;
    this.#outage = outage;
    this.#notice = notice;
    this.#entropy = entropy;
    this.#timer = new Timer(kernel, () => this.send());
  }

  /** There is something to tell. */
  announce(): void {
    this.#due = true;
    this.#tries = 0;
    this.resume();
  }

  /** The supply fails: the head end hears of that first. */
  pause(): void {
    this.#timer.stop();
  }

  /** It is back, and nothing new is to be told. */
  resume(): void {
    if (this.#due && this.#joined) this.wait();
  }

  /** The meter has joined the mesh. */
  joined(): void {
    this.#joined = true;
    this.resume();
  }

  private wait(): void {
    this.#timer.startIn(new RandomBelow(this.#entropy).below(RESTORATION_SPREAD_ms));
  }

  private send(): void {
    const notice = this.#notice;
    notice.failed_ms = this.#outage.failed_ms;
    notice.restored_ms = this.#kernel.now_ms() - this.#outage.restoredUptime_ms;
    this.#tries++;
    if (!this.#sender.send(notice, (answered) => this.ended(answered))) this.ended(false);
  }

  private ended(answered: boolean): void {
    if (answered) this.#due = false;
    else if (this.#due && this.#tries < MAX_TRIES) this.wait();
  }
}
