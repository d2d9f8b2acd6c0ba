import type { Watchdog } from "hal/watchdog";
import type { Handle, World } from "./world";

/** As a board's is set. */
const TIMEOUT_MS = 8_000;

/** A watchdog in simulated time. Its first feed is the part's start. */
export class SimulatedWatchdog implements Watchdog {
  readonly timeout_ms: number;
  readonly #world: World;
  readonly #onExpired: () => void;
  #fed_us = 0;
  #handle: Handle | undefined;

  /** @param onExpired restarts the part; from then on this watchdog does nothing */
  constructor(world: World, onExpired: () => void, timeout_ms = TIMEOUT_MS) {
    this.timeout_ms = timeout_ms;
    this.#world = world;
    this.#onExpired = onExpired;
  }

  feed(): void {
    this.#fed_us = this.#world.now_us;
    this.#handle ??= this.#lookLater();
  }

  /** The part's power is gone, or it starts anew with another. */
  stop(): void {
    if (this.#handle !== undefined) this.#world.cancel(this.#handle);
  }

  /** One event for many feeds. */
  #lookLater(): Handle {
    return this.#world.at(this.#fed_us + this.timeout_ms * 1000, () => {
      if (this.#world.now_us - this.#fed_us >= this.timeout_ms * 1000) this.#onExpired();
      else this.#handle = this.#lookLater();
    });
  }
}
