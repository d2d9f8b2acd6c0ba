import {
  forgivenEtx,
  guessedEtx,
  MAX_LINK_METRIC,
  MIN_HOP_RANK_INCREASE,
  PARENT_SWITCH_THRESHOLD,
  updatedEtx,
} from "firmware/mesh/rpl/mrhof";
import { INFINITE_RANK } from "firmware/mesh/rpl/messages";

/** Neighbours that could be parents: the preferred one, three to take its place, and room for better ones to show. */
export const MAX_CANDIDATES = 16;
export const NONE = -1;
/** Above all ranks, so that neighbours without one count too. */
export const ANY_RANK = INFINITE_RANK + 1;
/** No rank is below: those that are above this node for certain. */
const CERTAIN = 0;

/** The neighbours that a node knows as members of its DODAG, with what a path through each costs. */
export class Parents {
  count = 0;
  /** 8 bytes each. */
  readonly eui64s = new Uint8Array(MAX_CANDIDATES * 8);
  readonly rank = new Uint16Array(MAX_CANDIDATES).fill(INFINITE_RANK);
  /** The lowest rank that this node has told since the neighbour told its own. */
  readonly limit = new Uint16Array(MAX_CANDIDATES);
  /** Of the link, in units of 1/128. */
  readonly etx = new Uint16Array(MAX_CANDIDATES);
  /** Measurements behind it, up to 255. */
  readonly samples = new Uint8Array(MAX_CANDIDATES);
  /** Frames in a row that the MAC gave up. */
  readonly failures = new Uint8Array(MAX_CANDIDATES);
  /** What it told last; a change is a call for registrations (RFC 6550, section 9.6). */
  readonly dtsn = new Uint8Array(MAX_CANDIDATES);
  /** When it was last measured, or heard of. */
  readonly heard_ms = new Float64Array(MAX_CANDIDATES);

  /** All ranks are void, as those of another DODAG or version; what is known of the links stays. */
  forgetRanks(): void {
    this.rank.fill(INFINITE_RANK);
  }

  /** Its place, or {@link NONE}. */
  find(eui64: Uint8Array): number {
    for (let i = 0; i < this.count; i++) if (this.is(i, eui64)) return i;
    return NONE;
  }

  /**
   * A neighbour has told its rank.
   * @param own what this node has told last
   * @param keep a place that is not given away
   * @returns its place, or {@link NONE} where the table is full of better ones
   */
  hear(eui64: Uint8Array, rank: number, own: number, rssi_dBm: number, now_ms: number, keep: number): number {
    let place = this.find(eui64);
    if (place === NONE) {
      place = this.place(rank + guessedEtx(rssi_dBm), keep);
      if (place === NONE) return NONE;
      for (let i = 0; i < 8; i++) this.eui64s[place * 8 + i] = eui64[i]!;
      this.etx[place] = guessedEtx(rssi_dBm);
      this.samples[place] = 0;
      this.failures[place] = 0;
    }
    if (this.etx[place] > MAX_LINK_METRIC) this.etx[place] = forgivenEtx(this.etx[place]);
    this.rank[place] = rank;
    this.limit[place] = own;
    this.heard_ms[place] = now_ms;
    this.failures[place] = 0;
    return place;
  }

  /** This node has told its rank. */
  told(rank: number): void {
    for (let i = 0; i < this.count; i++) if (rank < this.limit[i]) this.limit[i] = rank;
  }

  /**
   * Has a rank, and is certain not to be below this node: those below go by what they were told, and what they tell
   * themselves follows minutes later. Where a node that sinks took whoever seems to be above it by now, those cut off
   * from the root went from one loop to the next.
   */
  isAbove(place: number): boolean {
    return this.rank[place] < this.limit[place];
  }

  /** A frame was acknowledged or given up after `attempts`. */
  measure(place: number, attempts: number, acked: boolean, now_ms: number): void {
    this.etx[place] = updatedEtx(this.etx[place], this.samples[place], attempts, acked);
    if (this.samples[place] < 255) this.samples[place]++;
    this.failures[place] = acked ? 0 : Math.min(this.failures[place] + 1, 255);
    if (acked) this.heard_ms[place] = now_ms;
  }

  /** Of the path through it; {@link INFINITE_RANK} where there is none. */
  cost(place: number): number {
    const rank = this.rank[place];
    if (rank === INFINITE_RANK) return INFINITE_RANK;
    return Math.min(rank + Math.max(this.etx[place], MIN_HOP_RANK_INCREASE), INFINITE_RANK);
  }

  /**
   * The place with the `nth` lowest cost, from 0, of those that are above this node, `first` coming before all others;
   * {@link NONE} where there are not so many.
   * @param belowRank of those of a lower rank instead
   */
  nth(n: number, first: number, belowRank = CERTAIN): number {
    let found = NONE;
    for (let i = 0; i <= n; i++) {
      found = i === 0 && first !== NONE ? first : this.after(found, first, belowRank);
      if (found === NONE) return NONE;
    }
    return found;
  }

  /** The cheapest of those that come after `previous` in order of cost, and of place where that is the same. */
  private after(previous: number, first: number, belowRank: number): number {
    let found = NONE;
    for (let i = 0; i < this.count; i++) {
      if (i === first || !(belowRank === CERTAIN ? this.isAbove(i) : this.rank[i] < belowRank)) continue;
      if (previous !== NONE && previous !== first && !this.isBefore(previous, i)) continue;
      if (found === NONE || this.isBefore(i, found)) found = i;
    }
    return found;
  }

  private isBefore(a: number, b: number): boolean {
    const difference = this.cost(a) - this.cost(b);
    return difference < 0 || (difference === 0 && a < b);
  }

  /** For a new one with this cost: a free place, or that of the worst one that is worse by a good deal. */
  private place(cost: number, keep: number): number {
    if (this.count < MAX_CANDIDATES) return this.count++;
    let worst = NONE;
    for (let i = 0; i < this.count; i++) {
      if (i !== keep && (worst === NONE || this.cost(i) > this.cost(worst))) worst = i;
    }
    return this.cost(worst) >= cost + PARENT_SWITCH_THRESHOLD ? worst : NONE;
  }

  writeEui64(place: number, into: Uint8Array): void {
    for (let i = 0; i < 8; i++) into[i] = this.eui64s[place * 8 + i]!;
  }

  private is(place: number, eui64: Uint8Array): boolean {
    for (let i = 7; i >= 0; i--) if (this.eui64s[place * 8 + i] !== eui64[i]) return false;
    return true;
  }
}
