import { ticks } from "./wait";

/** Moddable's module `time`. */
export default class Time {
  static get ticks(): number {
    return ticks();
  }

  static delta(start: number, end = ticks()): number {
    return (end - start) | 0;
  }
}
