import type { PowerMonitor } from "hal/power-monitor";
import type { Random } from "./random";
import type { Handle, World } from "./world";

/** A capacitor carries a meter so long on average, each its own time up to 30 % off. */
const HOLD_UP_MS = 60_000;
const HOLD_UP_SPREAD = 0.3;

/** What a supply feeds. */
export interface Fed {
  /** The mains are away, for the load too, or back. */
  setDark(dark: boolean): void;
  powerOff(): void;
  powerOn(): void;
}

/** The supply of a simulated meter: the mains, a capacitor that is always full when they fail, and what watches them. */
export class SimulatedSupply implements PowerMonitor {
  readonly holdUp_ms = HOLD_UP_MS;
  failing = false;
  onFailing: () => void = () => {};
  onRestored: () => void = () => {};
  readonly #world: World;
  readonly #fed: Fed;
  readonly #holdUp_us: number;
  /** The moment at which the capacitor is empty; undefined once it is. */
  #empty: Handle | undefined;

  constructor(world: World, random: Random, fed: Fed) {
    this.#world = world;
    this.#fed = fed;
    this.#holdUp_us = Math.round(HOLD_UP_MS * 1000 * random.between(1 - HOLD_UP_SPREAD, 1 + HOLD_UP_SPREAD));
  }

  /** The mains fail. */
  fail(): void {
    this.failing = true;
    this.#fed.setDark(true);
    this.#empty = this.#world.in(this.#holdUp_us, () => {
      this.#empty = undefined;
      this.#fed.powerOff();
    });
    this.onFailing();
  }

  /** The mains are back. */
  restore(): void {
    this.failing = false;
    if (this.#empty === undefined) {
      this.#fed.powerOn();
      return;
    }
    this.#world.cancel(this.#empty);
    this.#fed.setDark(false);
    this.onRestored();
  }

  /** What runs on it has ended, and hears nothing more. */
  powerOff(): void {
    if (this.#empty !== undefined) this.#world.cancel(this.#empty);
    this.#empty = undefined;
    this.onFailing = () => {};
    this.onRestored = () => {};
  }
}
