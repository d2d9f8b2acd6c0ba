import type { Clock } from "hal/clock";
import type { HopSchedule } from "hal/radio";

/** How long a hop waits at a time for a frame that is arriving, and how often: for one of 255 bytes. */
const HOLD_MS = 2;
const MAX_HOLDS = 11;

/** Where a driver listens: on one channel, or along a schedule whose hops its timer makes. */
export class Hopper {
  #channel = 0;
  #schedule: HopSchedule | undefined;
  #clock: Pick<Clock, "now_ms"> | undefined;
  #holds = 0;

  stay(channel: number): void {
    this.#schedule = undefined;
    this.#channel = channel;
  }

  follow(schedule: HopSchedule, clock: Pick<Clock, "now_ms">): void {
    this.#schedule = schedule;
    this.#clock = clock;
  }

  /** Where to listen now. */
  get channel(): number {
    return this.#schedule === undefined ? this.#channel : this.#schedule.channelAt(this.#clock!.now_ms());
  }

  /** How long to stay there, at most `most_ms`. */
  wait_ms(most_ms: number): number {
    this.#holds = 0;
    if (this.#schedule === undefined) return most_ms;
    const now_ms = this.#clock!.now_ms();
    return Math.min(most_ms, this.#schedule.slotEnd_ms(now_ms) - now_ms);
  }

  /** How long a hop that is due waits for what is arriving; 0 where it did so for longer than a frame takes. */
  hold_ms(): number {
    return this.#holds++ < MAX_HOLDS ? HOLD_MS : 0;
  }
}
