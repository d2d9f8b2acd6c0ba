import { Flow, type Load } from "./load";

/** Something that measures what flows: told of each change, and of the time that passes between changes. */
export interface Measuring {
  flowChanged(flow: Flow): void;
  elapsed(us: number): void;
}

/**
 * The wires to one meter: walks its load once for all that measure it, so that they cannot differ.
 *
 * Lazy: time passes when someone asks for it.
 */
export class Feed {
  readonly flow = new Flow();
  readonly #measuring: Measuring[] = [];
  #at_us = 0;
  #change_us = 0;
  #dark = false;

  constructor(readonly load: Load) {}

  /** `measuring` is told from now on. */
  attach(measuring: Measuring): void {
    this.#measuring.push(measuring);
    measuring.flowChanged(this.flow);
  }

  /** The supply fails at `at_us`, and nothing flows; or it is back, and the load is as it would have been. */
  setDark(dark: boolean, at_us: number): void {
    this.advanceTo(at_us);
    this.#dark = dark;
    this.#change_us = this.#at_us;
    this.advanceTo(at_us);
  }

  advanceTo(at_us: number): void {
    while (this.#change_us <= at_us) {
      this.#elapse(this.#change_us);
      this.#change_us = Math.ceil(this.load.flowAt(this.#at_us, this.flow));
      if (this.#dark) darken(this.flow);
      for (let i = 0; i < this.#measuring.length; i++) this.#measuring[i].flowChanged(this.flow);
    }
    if (at_us > this.#at_us) this.#elapse(at_us);
  }

  #elapse(to_us: number): void {
    const us = to_us - this.#at_us;
    this.#at_us = to_us;
    for (let i = 0; i < this.#measuring.length; i++) this.#measuring[i].elapsed(us);
  }
}

function darken(flow: Flow): void {
  flow.activePower_mW.fill(0);
  flow.reactivePower_mvar.fill(0);
  flow.voltage_mV.fill(0);
}
