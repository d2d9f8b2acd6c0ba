import type { PowerMonitor } from "hal/power-monitor";
import type { Drain } from "./radio/radio";
import type { Random } from "./random";
import type { Handle, World } from "./world";

/** A capacitor carries a meter that only listens so long on average, each its own time up to 30 % off. */
const HOLD_UP_MS = 60_000;
const HOLD_UP_SPREAD = 0.3;

// What a meter takes at 3.3 V, by the figures of docs/boards.md; a mW for a ms is a µJ.
const BASE_mW = 62 * 3.3;
/** More, while a frame is received and worked on, and while one is sent. */
const RECEIVING_mW = 18 * 3.3;
const SENDING_mW = 90 * 3.3;
/** How long a received frame is worked on. */
const WORK_us = 4_000;

/** What a supply feeds. */
export interface Fed {
  /** The mains are away, for the load too, or back. */
  setDark(dark: boolean): void;
  powerOff(): void;
  powerOn(): void;
}

/** The supply of a simulated meter: the mains, a capacitor that is always full when they fail, and what watches them. */
export class SimulatedSupply implements PowerMonitor, Drain {
  readonly holdUp_ms = HOLD_UP_MS;
  failing = false;
  onFailing: () => void = () => {};
  onRestored: () => void = () => {};
  readonly #world: World;
  readonly #fed: Fed;
  /** In a full capacitor, to be had above the voltage at which all ends. */
  readonly #full_uJ: number;
  /** When it is empty, as far as is known; undefined once it is. */
  #empty_us = 0;
  #empty: Handle | undefined;

  constructor(world: World, random: Random, fed: Fed) {
    this.#world = world;
    this.#fed = fed;
    this.#full_uJ = BASE_mW * HOLD_UP_MS * random.between(1 - HOLD_UP_SPREAD, 1 + HOLD_UP_SPREAD);
  }

  /** The mains fail. */
  fail(): void {
    this.failing = true;
    this.#fed.setDark(true);
    this.#emptyAt(this.#world.now_us + Math.round((this.#full_uJ / BASE_mW) * 1000));
    this.onFailing();
  }

  received(airtime_us: number): void {
    this.#take(((airtime_us + WORK_us) / 1000) * RECEIVING_mW);
  }

  sends(airtime_us: number): void {
    this.#take((airtime_us / 1000) * SENDING_mW);
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

  #take(energy_uJ: number): void {
    if (!this.failing || this.#empty === undefined) return;
    this.#world.cancel(this.#empty);
    this.#emptyAt(this.#empty_us - Math.round((energy_uJ / BASE_mW) * 1000));
  }

  #emptyAt(at_us: number): void {
    this.#empty_us = at_us;
    this.#empty = this.#world.at(at_us, () => {
      this.#empty = undefined;
      this.#fed.powerOff();
    });
  }
}
