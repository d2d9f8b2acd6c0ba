import { modulo } from "firmware/mesh/mac/listening";
import { NONE } from "firmware/mesh/mac/neighbours";
import type { MacNode } from "firmware/mesh/mac/node";
import { INTERVAL_ms, type PanClock, WINDOW_ms } from "firmware/mesh/mac/pan-clock";
import { channelOf, DWELL_ms, SEQUENCE_ms, seedOf } from "firmware/mesh/mac/schedule";
import { Haste, type Slot } from "firmware/mesh/mac/queue";
import { frameTime_us } from "hal/channel-plan";

/** Kept from the ends of a slot, for turning the radio and for what timers are late by. */
const GUARD_ms = 8;
/** Whoever waits for one receiver waits for the same moment, and after a broadcast window all wait for it. */
const SPREAD_ms = 32;
const WINDOW_SPREAD_ms = 160;
/** Kept from the ends of a broadcast window: the clocks of all that listen differ by more. */
const WINDOW_GUARD_ms = 20;

/**
 * Whom so much uncertainty is about may be in the slot before or after: attempts go near the middle of its slot, then
 * near a quarter from either end.
 */
const UNSURE_ms = 60;
const TARGET_ms = 20;

export const NEVER = -1;

/** Of a broadcast window, kept free for a frame of up to this time on the air. */
const FRAME_ms = 20;

/** The place in its interval's broadcast window that stands for `at_ms`. */
export function inWindow_ms(at_ms: number, pan: PanClock): number {
  const into_ms = modulo(pan.at(at_ms), INTERVAL_ms);
  const share = (WINDOW_ms - 2 * WINDOW_GUARD_ms - FRAME_ms) / INTERVAL_ms;
  return at_ms - into_ms + WINDOW_GUARD_ms + Math.floor(into_ms * share);
}

/** Where and when a frame can be sent, so that whom it is for listens there. */
export class Placement {
  /** Where, and by how much more to wait at random, after {@link find}. */
  channel: number;
  spread_ms = 0;
  readonly #node: MacNode;
  /** Of a slot, in which a unicast frame may begin. */
  #first_ms = 0;
  #last_ms = 0;

  constructor(node: MacNode) {
    this.#node = node;
    this.channel = node.channel;
  }

  /**
   * How long a frame of `length` bytes has to wait: 0 where it can go now, on {@link channel}; it is asked again after
   * any other time. {@link NEVER} where the receiver is not known.
   * @param retries after the first attempt
   */
  find(slot: Slot, length: number, retries: number, now_ms: number): number {
    const { hopping, timed, neighbours, pan } = this.#node;
    const row = slot.broadcast || !timed ? NONE : neighbours.find(slot.destination);
    if (timed && row === NONE && !slot.broadcast) return NEVER;
    if (!hopping) return 0;
    const airtime_ms = Math.ceil(frameTime_us(length) / 1000);
    if (row !== NONE) {
      // In a broadcast window it listens there like all others; retries, and what has time, go on its own channels alone.
      if (
        retries === 0 &&
        slot.haste !== Haste.none &&
        pan.synced &&
        this.broadcast(airtime_ms, now_ms) === 0
      )
        return 0;
      this.aim(neighbours.uncertainty_ms(row, now_ms), retries);
      return this.unicast(neighbours.seed(row), neighbours.sequence_ms(row, now_ms), airtime_ms, now_ms);
    }
    if (slot.toAsker) {
      const sequence_ms = modulo(slot.asker_ms + now_ms - slot.asked_ms, SEQUENCE_ms);
      this.aim(0, retries);
      return this.unicast(seedOf(slot.destination), sequence_ms, airtime_ms, now_ms);
    }
    return this.broadcast(airtime_ms, now_ms);
  }

  /** Until the receiver's next slot; 0 where it does not hop, or is not one. */
  nextSlot_ms(slot: Slot, now_ms: number): number {
    const { hopping, neighbours } = this.#node;
    const row = slot.broadcast || !hopping ? NONE : neighbours.find(slot.destination);
    return row === NONE ? 0 : Math.ceil(DWELL_ms - (neighbours.sequence_ms(row, now_ms) % DWELL_ms));
  }

  private aim(uncertainty_ms: number, retries: number): void {
    if (uncertainty_ms <= UNSURE_ms) {
      this.#first_ms = GUARD_ms + uncertainty_ms;
      this.#last_ms = DWELL_ms - this.#first_ms;
    } else {
      const turn = retries % 3;
      const target_ms = (turn === 0 ? 0.5 : turn === 1 ? 0.25 : 0.75) * DWELL_ms;
      this.#first_ms = target_ms - TARGET_ms;
      this.#last_ms = target_ms + TARGET_ms;
    }
    this.spread_ms = Math.min(SPREAD_ms, Math.floor(this.#last_ms - this.#first_ms));
  }

  private unicast(seed: number, sequence_ms: number, airtime_ms: number, now_ms: number): number {
    const { pan } = this.#node;
    this.channel = channelOf(seed, Math.floor(sequence_ms / DWELL_ms));
    const into_ms = sequence_ms % DWELL_ms;
    let wait_ms = 0;
    if (into_ms < this.#first_ms) wait_ms = Math.ceil(this.#first_ms - into_ms);
    else if (into_ms > this.#last_ms) wait_ms = Math.ceil(DWELL_ms - into_ms + this.#first_ms);
    if (!pan.synced) return wait_ms;
    const interval_ms = modulo(pan.at(now_ms + wait_ms), INTERVAL_ms);
    const clear_ms = WINDOW_ms + GUARD_ms;
    const before = interval_ms < clear_ms;
    if (!before && interval_ms <= INTERVAL_ms - GUARD_ms - airtime_ms) return wait_ms;
    this.spread_ms = WINDOW_SPREAD_ms;
    return wait_ms + clear_ms - interval_ms + (before ? 0 : INTERVAL_ms);
  }

  private broadcast(airtime_ms: number, now_ms: number): number {
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
