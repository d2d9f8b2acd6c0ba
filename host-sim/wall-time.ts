import type { World } from "./world";

/** Longest nap, so that input from outside never finds the world far behind. */
const NAP_MS = 20;

/** Keeps a world's time in step with the wall's, for people and tools that talk to it. */
export class WallTime {
  readonly #world: World;
  readonly #worldStart_us: number;
  readonly #wallStart_ms = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#worldStart_us = world.now_us;
    this.#nap();
  }

  /** Brings the world up to now. Call it before giving the world something from outside. */
  catchUp(): void {
    this.#world.runUntil(this.#worldStart_us + Math.floor((performance.now() - this.#wallStart_ms) * 1000));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #nap(): void {
    this.#timer = setTimeout(() => {
      this.catchUp();
      this.#nap();
    }, NAP_MS);
  }
}
