import type { Clock } from "hal/clock";
import type { Handle, World } from "./world";

/** How much a crystal's rate swings over a day with temperature, in ppm either way. */
const DAILY_SWING_PPM = 10;
const DAY_US = 86_400e6;
/** The swing is followed in steps, so that elapsed time stays exact arithmetic. */
const STEP_US = 900e6;

/**
 * A node's clock: counts its own crystal, `ppm` off plus a daily swing, from the moment it was made (boot).
 */
export class CrystalClock implements Clock {
  onAlarm: () => void = () => {};
  readonly #world: World;
  readonly #ppm: number;
  /** Start of the current step: true time, and local time elapsed by then. */
  #step_us: number;
  #stepLocal_us = 0;
  #rate: number;
  #alarm: Handle | undefined;
  #alarm_ms = 0;
  /** One function for all alarms. */
  readonly #ring = (): void => {
    this.#alarm = undefined;
    if (this.now_ms() < this.#alarm_ms) this.setAlarm(this.#alarm_ms);
    else this.onAlarm();
  };

  constructor(world: World, ppm: number) {
    this.#world = world;
    this.#ppm = ppm;
    this.#step_us = world.now_us;
    this.#rate = this.#rateAt(world.now_us);
  }

  now_ms(): number {
    return Math.floor(this.#local_us() / 1000);
  }

  setAlarm(at_ms: number): void {
    if (this.#alarm !== undefined) this.#world.cancel(this.#alarm);
    // A time within a millisecond comes with the next one that the clock shows.
    this.#alarm_ms = Math.ceil(at_ms);
    const wait_us = this.#alarm_ms * 1000 - this.#local_us();
    // Rounded up, so that the alarm never comes before its local millisecond; a step's change of rate may still
    // leave it short, and then it is asked for again.
    const delay_us = Math.max(0, Math.ceil(wait_us / this.#rate));
    this.#alarm = this.#world.in(delay_us, this.#ring);
  }

  /** The node's power is gone: no alarm comes any more. */
  stop(): void {
    if (this.#alarm !== undefined) this.#world.cancel(this.#alarm);
    this.onAlarm = () => {};
  }

  #local_us(): number {
    const now = this.#world.now_us;
    while (now - this.#step_us >= STEP_US) {
      this.#stepLocal_us += STEP_US * this.#rate;
      this.#step_us += STEP_US;
      this.#rate = this.#rateAt(this.#step_us);
    }
    return this.#stepLocal_us + (now - this.#step_us) * this.#rate;
  }

  #rateAt(at_us: number): number {
    return 1 + (this.#ppm + DAILY_SWING_PPM * Math.sin((2 * Math.PI * at_us) / DAY_US)) / 1e6;
  }
}

/** A clock that is always right: the head end's. It counts from the start of the simulation. */
export class TrueClock implements Clock {
  onAlarm: () => void = () => {};
  readonly #world: World;
  #alarm: Handle | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  now_ms(): number {
    return Math.floor(this.#world.now_us / 1000);
  }

  setAlarm(at_ms: number): void {
    if (this.#alarm !== undefined) this.#world.cancel(this.#alarm);
    this.#alarm = this.#world.at(Math.ceil(at_ms) * 1000, () => this.onAlarm());
  }
}
