import { INTERVAL_ms, type PanClock, WINDOW_ms } from "firmware/mesh/mac/pan-clock";
import { channelOf, DWELL_ms, SEQUENCE_ms } from "firmware/mesh/mac/schedule";
import type { HopSchedule } from "hal/radio";

/** Where a node listens: along its own sequence, which begins with its clock, and in the PAN's broadcast windows. */
export class ListeningSchedule implements HopSchedule {
  constructor(
    readonly seed: number,
    readonly pan: PanClock,
  ) {}

  channelAt(at_ms: number): number {
    if (this.pan.synced) {
      const pan_ms = this.pan.at(at_ms);
      if (modulo(pan_ms, INTERVAL_ms) < WINDOW_ms) return this.pan.channelAt(pan_ms);
    }
    return channelOf(this.seed, Math.floor(sequence_ms(at_ms) / DWELL_ms));
  }

  slotEnd_ms(at_ms: number): number {
    const dwell_ms = DWELL_ms - modulo(at_ms, DWELL_ms);
    if (!this.pan.synced) return at_ms + dwell_ms;
    const into_ms = modulo(this.pan.at(at_ms), INTERVAL_ms);
    if (into_ms < WINDOW_ms) return at_ms + WINDOW_ms - into_ms;
    return at_ms + Math.min(dwell_ms, INTERVAL_ms - into_ms);
  }
}

/** Where a node stands in its own sequence. */
export function sequence_ms(at_ms: number): number {
  return modulo(at_ms, SEQUENCE_ms);
}

/** In [0, divisor), also of a negative value. */
export function modulo(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor;
}
