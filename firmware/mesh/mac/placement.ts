import { modulo } from "firmware/mesh/mac/listening";
import { NONE } from "firmware/mesh/mac/neighbours";
import type { MacNode } from "firmware/mesh/mac/node";
import { INTERVAL_ms, WINDOW_ms } from "firmware/mesh/mac/pan-clock";
import { channelOf, DWELL_ms, SEQUENCE_ms, seedOf } from "firmware/mesh/mac/schedule";
import type { Slot } from "firmware/mesh/mac/queue";
import { frameTime_us } from "hal/channel-plan";

/** Kept from the ends of a slot, for turning the radio and for what timers are late by. */
const GUARD_ms = 8;
/** Kept from the ends of a broadcast window: the clocks of all that listen differ by more. */
const WINDOW_GUARD_ms = 20;

export const NEVER = -1;

/** Where and when a frame can be sent, so that whom it is for listens there. */
export class Placement {
  /** Where, and by how much later it may be drawn, after {@link find}. */
  channel: number;
  spread_ms = 0;
  readonly #node: MacNode;

  constructor(node: MacNode) {
    this.#node = node;
    this.channel = node.channel;
  }

  /**
   * How long a frame of `length` bytes has to wait: 0 where it can go now, on {@link channel}; it is asked again after
   * any other time. {@link NEVER} where the receiver is not known.
   */
  find(slot: Slot, length: number, now_ms: number): number {
    const { hopping, timed, neighbours } = this.#node;
    const row = slot.broadcast || !timed ? NONE : neighbours.find(slot.destination);
    if (timed && row === NONE && !slot.broadcast) return NEVER;
    if (!hopping) return 0;
    const airtime_ms = Math.ceil(frameTime_us(length) / 1000);
    if (row !== NONE)
      return this.#unicast(
        neighbours.seed(row),
        neighbours.sequence_ms(row, now_ms),
        neighbours.uncertainty_ms(row, now_ms),
        airtime_ms,
        now_ms,
      );
    if (slot.toAsker) {
      const sequence_ms = modulo(slot.asker_ms + now_ms - slot.asked_ms, SEQUENCE_ms);
      return this.#unicast(seedOf(slot.destination), sequence_ms, 0, airtime_ms, now_ms);
    }
    return this.#broadcast(airtime_ms, now_ms);
  }

  /** Until the receiver's next slot; 0 where it does not hop, or is not one. */
  nextSlot_ms(slot: Slot, now_ms: number): number {
    const { hopping, neighbours } = this.#node;
    const row = slot.broadcast || !hopping ? NONE : neighbours.find(slot.destination);
    return row === NONE ? 0 : Math.ceil(DWELL_ms - (neighbours.sequence_ms(row, now_ms) % DWELL_ms));
  }

  #unicast(
    seed: number,
    sequence_ms: number,
    uncertainty_ms: number,
    airtime_ms: number,
    now_ms: number,
  ): number {
    const { pan } = this.#node;
    this.spread_ms = 0;
    this.channel = channelOf(seed, Math.floor(sequence_ms / DWELL_ms));
    const into_ms = sequence_ms % DWELL_ms;
    // One that nothing is known of any more is tried in the middle of what would be its slot.
    const margin_ms = Math.min(GUARD_ms + uncertainty_ms, DWELL_ms / 2 - 1);
    let wait_ms = 0;
    if (into_ms < margin_ms) wait_ms = Math.ceil(margin_ms - into_ms);
    else if (into_ms > DWELL_ms - margin_ms) wait_ms = Math.ceil(DWELL_ms - into_ms + margin_ms);
    if (!pan.synced) return wait_ms;
    const interval_ms = modulo(pan.at(now_ms + wait_ms), INTERVAL_ms);
    const clear_ms = WINDOW_ms + GUARD_ms;
    if (interval_ms < clear_ms) return wait_ms + clear_ms - interval_ms;
    if (interval_ms > INTERVAL_ms - GUARD_ms - airtime_ms)
      return wait_ms + INTERVAL_ms - interval_ms + clear_ms;
    return wait_ms;
  }

  #broadcast(airtime_ms: number, now_ms: number): number {
    const { pan } = this.#node;
    const pan_ms = pan.at(now_ms);
    const into_ms = modulo(pan_ms, INTERVAL_ms);
    const last_ms = WINDOW_ms - WINDOW_GUARD_ms - airtime_ms;
    this.channel = pan.channelAt(pan_ms);
    this.spread_ms = last_ms - WINDOW_GUARD_ms;
    if (into_ms < WINDOW_GUARD_ms) return WINDOW_GUARD_ms - into_ms;
    if (into_ms > last_ms) return INTERVAL_ms - into_ms + WINDOW_GUARD_ms;
    return 0;
  }
}
