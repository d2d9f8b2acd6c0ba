import { Timer, type Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import type { NoticeSender, PowerNotice } from "firmware/power/notice";
import type { Entropy } from "hal/entropy";

/** A shorter failure is a blink, of which the head end does not hear. */
export const GASP_DELAY_ms = 30_000;
/** A last gasp is sent so often. */
export const GASPS = 3;

export interface LastGaspOptions {
  kernel: Kernel;
  entropy: Entropy;
  sender: NoticeSender;
  /** What is sent; the start's fields are filled. */
  notice: PowerNotice;
  holdUp_ms: number;
}

/**
 * Tells the head end that the supply has failed, when it has for a while: what is left of the typical hold-up time is
 * cut into as many parts as there are transmissions, each at random in its part. A capacitor that holds less has sent
 * at least the first.
 */
export class LastGasp {
  /** Transmissions since the supply failed; 0 while it is there. */
  sent = 0;
  readonly #sender: NoticeSender;
  readonly #notice: PowerNotice;
  readonly #entropy: Entropy;
  readonly #timer: Timer;
  readonly #part_ms: number;
  readonly #kernel: Kernel;
  /** When it failed: UTC, and by the kernel. */
  #failedUtc_ms = 0;
  #failed_ms = 0;

  constructor({ kernel, entropy, sender, notice, holdUp_ms }: LastGaspOptions) {
    this.#kernel = kernel;
    this.#sender = sender;
    this.#notice = notice;
    this.#entropy = entropy;
    this.#timer = new Timer(kernel, () => this.send());
    this.#part_ms = Math.max(0, holdUp_ms - GASP_DELAY_ms) / GASPS;
  }

  /** The supply has failed. @param failed_ms UTC of that, 0 where it is not known */
  begin(failed_ms: number): void {
    this.#failed_ms = this.#kernel.now_ms();
    this.#failedUtc_ms = failed_ms;
    this.sent = 0;
    this.schedule();
  }

  /** It is back. */
  end(): void {
    this.sent = 0;
    this.#timer.stop();
  }

  private schedule(): void {
    const random_ms = new RandomBelow(this.#entropy).below(this.#part_ms);
    const at_ms = GASP_DELAY_ms + this.#part_ms * this.sent + random_ms;
    this.#timer.startAt(this.#failed_ms + Math.floor(at_ms));
  }

  private send(): void {
    this.#notice.failed_ms = this.#failedUtc_ms;
    this.#notice.restored_ms = -1;
    this.#sender.sendOnce(this.#notice);
    this.sent++;
    if (this.sent < GASPS) this.schedule();
  }
}
