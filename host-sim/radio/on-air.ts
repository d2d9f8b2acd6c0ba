import { CHANNELS } from "hal/channel-plan";
import { FARTHEST_CHANNEL } from "./reception";
import type { Transmission } from "./transmission";

/** The frames on the air, so that the thousands of a town are not asked one by one which channel they are on. */
export class OnAir {
  /** By channel, what is heard there, be it from a channel next to it: in the order of their starts. */
  readonly #near = Array.from({ length: CHANNELS }, (): Transmission[] => []);

  /** All that may be heard on `channel`, in the order of their starts. */
  near(channel: number): readonly Transmission[] {
    return this.#near[channel] ?? [];
  }

  add(frame: Transmission): void {
    const last = lastReached(frame);
    for (let channel = firstReached(frame); channel <= last; channel++) this.#near[channel].push(frame);
  }

  /** A frame that has not been added stays away. */
  remove(frame: Transmission): void {
    const last = lastReached(frame);
    for (let channel = firstReached(frame); channel <= last; channel++) {
      const near = this.#near[channel];
      const at = near.indexOf(frame);
      if (at >= 0) near.splice(at, 1);
    }
  }
}

function firstReached({ channel }: Transmission): number {
  return Math.max(0, channel - FARTHEST_CHANNEL);
}

function lastReached({ channel }: Transmission): number {
  return Math.min(channel + FARTHEST_CHANNEL, CHANNELS - 1);
}
