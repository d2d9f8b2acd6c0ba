import { INFINITE_RANK } from "firmware/mesh/rpl/messages";
import {
  LASTING_ms,
  LASTING_SWITCH_THRESHOLD,
  MAX_LINK_METRIC,
  MAX_RANK_INCREASE,
  PARENT_SWITCH_THRESHOLD,
} from "firmware/mesh/rpl/mrhof";
import { ANY_RANK, NONE, Parents } from "firmware/mesh/rpl/parents";

/** Frames in a row that a neighbour does not acknowledge, until it counts as gone. */
const MAX_FAILURES = 4;
/** Parents that are kept measured beside the preferred one, */
const ALTERNATES = 3;
/** and how much more seldom: should that one die, this node and those below it are cut off until it shows. */
const PATIENCE = 3;

/** Measurements of a link that is to replace one that works. */
const MEASURED = 2;

/** What a look at the parents has led to. */
export const Outcome = Object.freeze({
  same: 0,
  /** Another parent is preferred as it is better, or as the one before is gone. */
  changed: 1,
  replaced: 4,
  /** {@link Preference.wanted} would be better, if its link is as good as it seems: it is to be measured. */
  unsure: 2,
  /** There is no parent any more, or none that would not take this node too far down. */
  lost: 3,
});

/** Which parent a node prefers, by the objective function of RFC 6719, and the rank that follows. */
export class Preference {
  readonly parents = new Parents();
  /** The preferred parent among {@link parents}, or {@link NONE}. */
  preferred = NONE;
  /** {@link INFINITE_RANK} without a parent. */
  rank = INFINITE_RANK;
  wanted = NONE;
  /** The rank that all have been told. */
  announced = INFINITE_RANK;
  /** The lowest that somebody has been told since, be it one neighbour alone: who is below that is in no loop. */
  lowestTold = INFINITE_RANK;
  /** The best rank since the place was taken. */
  #lowestRank = INFINITE_RANK;
  /** Since when another parent has been better; Infinity where none is. */
  #betterSince_ms = Infinity;

  /** Has no parent any more, and knows of none. */
  clear(): void {
    this.parents.forgetRanks();
    this.preferred = NONE;
    this.rank = INFINITE_RANK;
    this.announced = INFINITE_RANK;
    this.lowestTold = INFINITE_RANK;
    this.#lowestRank = INFINITE_RANK;
    this.#betterSince_ms = Infinity;
  }

  /**
   * The first parent, where its link is not too bad.
   * @returns whether it was taken
   */
  begin(eui64: Uint8Array, rank: number, rssi_dBm: number, now_ms: number): boolean {
    const { parents } = this;
    this.clear();
    const place = parents.hear(eui64, rank, this.announced, rssi_dBm, now_ms, NONE);
    if (place === NONE || parents.etx[place] > MAX_LINK_METRIC) return false;
    this.preferred = place;
    this.settle();
    return true;
  }

  /** A frame to a neighbour was acknowledged or given up. */
  measure(neighbour: Uint8Array, attempts: number, acked: boolean, now_ms: number): void {
    const { parents } = this;
    const place = parents.find(neighbour);
    if (place === NONE) return;
    parents.measure(place, attempts, acked, now_ms);
    if (parents.failures[place] >= MAX_FAILURES) parents.rank[place] = INFINITE_RANK;
  }

  /** The preferred parent has no rank any more. */
  get isLost(): boolean {
    return this.parents.rank[this.preferred] === INFINITE_RANK;
  }

  /** The preferred parent has not answered last. */
  get isDoubtful(): boolean {
    const { parents, preferred } = this;
    return preferred !== NONE && parents.failures[preferred] > 0;
  }

  /**
   * Looks again which parent is best: one that is lost gives way to the next, one that works to one that is much better, or
   * has been better for long.
   * @returns an {@link Outcome}
   */
  select(now_ms: number): number {
    const { parents } = this;
    const lost = this.isLost;
    const best = parents.nth(0, NONE);
    if (lost && best === NONE) return Outcome.lost;
    const outcome = lost ? Outcome.replaced : this.judge(best, now_ms);
    if (outcome === Outcome.unsure) {
      this.wanted = best;
    } else if (outcome !== Outcome.same) {
      this.preferred = best;
      this.#betterSince_ms = Infinity;
    }
    return this.settle() ? outcome : Outcome.lost;
  }

  /** Whether another parent is to replace one that works. */
  private judge(best: number, now_ms: number): number {
    const { parents, preferred } = this;
    const saved = best === NONE ? 0 : parents.cost(preferred) - parents.cost(best);
    if (saved < LASTING_SWITCH_THRESHOLD) {
      this.#betterSince_ms = Infinity;
      return Outcome.same;
    }
    this.#betterSince_ms = Math.min(this.#betterSince_ms, now_ms);
    const samples = parents.samples[best];
    if (saved >= PARENT_SWITCH_THRESHOLD) return samples > 0 ? Outcome.changed : Outcome.unsure;
    return samples >= MEASURED && now_ms - this.#betterSince_ms >= LASTING_ms
      ? Outcome.changed
      : Outcome.same;
  }

  /** A neighbour has been told this rank, or all in range have. */
  told(rank: number, all: boolean): void {
    if (all) this.announced = rank;
    if (all || rank < this.lowestTold) this.lowestTold = rank;
    this.parents.told(rank);
  }

  /** The parent that would be taken instead of the preferred one, `n` from 1 on. */
  alternate(n: number): number {
    return this.parents.nth(n, this.preferred);
  }

  /**
   * Likewise, for what goes to a router above and no further: all of a lower rank than others know this node by will do. That
   * makes no loops, as whoever sends such to a neighbour is none that it sends such to.
   */
  routerAbove(n: number): number {
    return this.parents.nth(n, this.preferred, this.announced);
  }

  /**
   * Of the parents that may be needed, the one whose link is to be measured: the preferred one where it has not answered
   * last, or unless another has not been measured for {@link PATIENCE} times as long. Those that may be below this node
   * are among them: what they tell when asked shows that they are not.
   */
  stalest(now_ms: number): number {
    const { parents, preferred } = this;
    if (this.isDoubtful) return preferred;
    let stalest = preferred;
    let age_ms = PATIENCE * (now_ms - parents.heard_ms[preferred]);
    for (let n = 1; n <= ALTERNATES; n++) {
      const place = parents.nth(n, preferred, ANY_RANK);
      if (place === NONE) break;
      if (parents.samples[place] === 0) return place;
      if (now_ms - parents.heard_ms[place] <= age_ms) continue;
      stalest = place;
      age_ms = now_ms - parents.heard_ms[place];
    }
    return stalest;
  }

  /** The rank follows from the cost of the path. False: too far below the best one. */
  private settle(): boolean {
    this.rank = this.parents.cost(this.preferred);
    this.#lowestRank = Math.min(this.#lowestRank, this.rank);
    return this.rank <= this.#lowestRank + MAX_RANK_INCREASE;
  }
}
