import type { RoutingHeader } from "firmware/mesh/forwarding/routing-header";
import { MAX_ROUTERS } from "firmware/mesh/forwarding/routing-header";

/** Of a node: there is none; and the root, where a node's parent is meant. */
export const NO_NODE = 0xffff;
export const ROOT_NODE = 0xfffe;

/** So often, in a row, a router that has two parents is not reached before it is taken to be gone. */
const GONE = 2;
/** In the search for a way. */
const MAX_STEPS = 200;

/**
 * The nodes below a root, each with the parent that it has registered, from which source routes are made. A node is a
 * number below the capacity that it keeps while it is known. All room, 22 bytes a node and the buckets, is taken at the
 * start.
 */
export class Routes {
  count = 0;
  readonly #capacity: number;
  /** 8 bytes a node. */
  readonly #eui64s: Uint8Array;
  readonly #parents: Uint16Array;
  /** The parent that a node would take instead. */
  readonly #alternates: Uint16Array;
  readonly #pathSequences: Uint8Array;
  /** How often a node was not reached from its parent since it has registered, up to {@link GONE}. */
  readonly #misses: Uint8Array;
  readonly #moves: Uint16Array;
  /** Seconds since boot; 0 while the number is free. */
  readonly #expiries_s: Uint32Array;
  /** The next node of the same bucket, or the next free number. */
  readonly #next: Uint16Array;
  /** The first node of each bucket of hashes. */
  readonly #buckets: Uint16Array;
  #free = 0;
  /** Nodes of the path being made, the destination first. */
  readonly #path = new Uint16Array(MAX_ROUTERS + 1);
  /** Of each node on it, how many of its parents have been tried. */
  readonly #tried = new Uint8Array(MAX_ROUTERS + 1);

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#eui64s = new Uint8Array(capacity * 8);
    this.#parents = new Uint16Array(capacity);
    this.#alternates = new Uint16Array(capacity);
    this.#pathSequences = new Uint8Array(capacity);
    this.#misses = new Uint8Array(capacity);
    this.#moves = new Uint16Array(capacity);
    this.#expiries_s = new Uint32Array(capacity);
    this.#next = new Uint16Array(capacity);
    let buckets = 16;
    while (2 * buckets < capacity) buckets *= 2;
    this.#buckets = new Uint16Array(buckets).fill(NO_NODE);
    for (let i = 0; i < capacity; i++) this.#next[i] = i + 1 < capacity ? i + 1 : NO_NODE;
  }

  /** A node's number, or {@link NO_NODE}. */
  find(eui64: Uint8Array): number {
    let node = this.#buckets[this.bucketOf(eui64, 0)];
    while (node !== NO_NODE && !this.is(node, eui64)) node = this.#next[node];
    return node;
  }

  /** Adds a node without a parent. {@link NO_NODE}: there is no room. */
  add(eui64: Uint8Array): number {
    if (this.count === this.#capacity) return NO_NODE;
    const node = this.#free;
    const bucket = this.bucketOf(eui64, 0);
    this.#free = this.#next[node];
    this.#next[node] = this.#buckets[bucket];
    this.#buckets[bucket] = node;
    for (let i = 0; i < 8; i++) this.#eui64s[node * 8 + i] = eui64[i]!;
    this.#parents[node] = NO_NODE;
    this.#alternates[node] = NO_NODE;
    this.count++;
    return node;
  }

  /** Renews a node's parents, numbers of nodes or {@link ROOT_NODE}; `alternate` may be {@link NO_NODE}. */
  set(
    node: number,
    parent: number,
    alternate: number,
    pathSequence: number,
    moves: number,
    expiry_s: number,
  ): void {
    this.#parents[node] = parent;
    this.#alternates[node] = alternate;
    this.#pathSequences[node] = pathSequence;
    this.#misses[node] = 0;
    this.#moves[node] = moves;
    this.#expiries_s[node] = expiry_s;
  }

  /** A node is seen to have the root for a parent, whatever it has registered. */
  adopt(node: number): void {
    this.#misses[node] = 0;
    if (this.#parents[node] === ROOT_NODE) return;
    this.#alternates[node] = this.#parents[node]!;
    this.#parents[node] = ROOT_NODE;
  }

  pathSequence(node: number): number {
    return this.#pathSequences[node];
  }

  expiry_s(node: number): number {
    return this.#expiries_s[node];
  }

  moves(node: number): number {
    return this.#moves[node];
  }

  /** The first node from `from` on whose time has come, or {@link NO_NODE}. */
  expired(from: number, now_s: number): number {
    for (let node = from; node < this.#capacity; node++) {
      if (this.#expiries_s[node] !== 0 && this.#expiries_s[node] <= now_s) return node;
    }
    return NO_NODE;
  }

  /** Forgets a node; those below it have no way any more but by their alternates. */
  remove(node: number): void {
    const bucket = this.bucketOf(this.#eui64s, node * 8);
    if (this.#buckets[bucket] === node) {
      this.#buckets[bucket] = this.#next[node];
    } else {
      let before = this.#buckets[bucket];
      while (this.#next[before] !== node) before = this.#next[before];
      this.#next[before] = this.#next[node];
    }
    this.#next[node] = this.#free;
    this.#free = node;
    this.#expiries_s[node] = 0;
    this.count--;
    for (let i = 0; i < this.#capacity; i++) {
      if (this.#alternates[i] === node) this.#alternates[i] = NO_NODE;
      if (this.#parents[i] !== node) continue;
      this.#parents[i] = this.#alternates[i];
      this.#alternates[i] = NO_NODE;
    }
  }

  writeEui64(node: number, into: Uint8Array): void {
    for (let i = 0; i < 8; i++) into[i] = this.#eui64s[node * 8 + i]!;
  }

  /**
   * Hops from the root, 0 where no way leads there. The way goes by the parents, and by the other parent of a node where
   * the first one leads nowhere or round in a circle, as registrations of different ages may have it. It goes through a
   * router that seems gone only where there is no other.
   */
  hops(node: number): number {
    const hops = this.search(node, false);
    return hops > 0 ? hops : this.search(node, true);
  }

  /** @param anyhow through routers that seem gone, too */
  private search(node: number, anyhow: boolean): number {
    const path = this.#path;
    const tried = this.#tried;
    let length = 1;
    path[0] = node;
    tried[0] = 0;
    for (let step = 0; step < MAX_STEPS && length > 0; step++) {
      const at = path[length - 1];
      const next = tried[length - 1] === 0 ? this.#parents[at] : this.#alternates[at];
      if (tried[length - 1]++ > 1) length--;
      else if (next === ROOT_NODE) return length;
      else if (
        next !== NO_NODE &&
        length <= MAX_ROUTERS &&
        !this.isOnPath(next, length) &&
        (anyhow || !this.seemsGone(next))
      ) {
        path[length] = next;
        tried[length++] = 0;
      }
    }
    return 0;
  }

  /** Adds the routers between the root and `node` to `header`. False: no way leads there. */
  write(node: number, header: RoutingHeader): boolean {
    const hops = this.hops(node);
    for (let i = hops - 1; i > 0; i--) header.addHop(this.#eui64s, this.#path[i] * 8);
    return hops > 0;
  }

  /**
   * On the way to `node`, the router `reporter` (or {@link ROOT_NODE}) does not reach the next one: from now on that one's
   * other parent comes first, where it has one. One that neither reaches seems gone, until it registers again.
   */
  broken(reporter: number, node: number): void {
    const hops = this.hops(node);
    for (let i = 0; i < hops; i++) {
      const above = i === hops - 1 ? ROOT_NODE : this.#path[i + 1];
      if (above !== reporter) continue;
      const at = this.#path[i];
      if (this.#misses[at] < GONE) this.#misses[at]++;
      const alternate = this.#alternates[at];
      if (alternate === NO_NODE || alternate === reporter) return;
      this.#alternates[at] = this.#parents[at]!;
      this.#parents[at] = alternate;
      return;
    }
  }

  private seemsGone(node: number): boolean {
    return this.#misses[node] >= (this.#alternates[node] === NO_NODE ? 1 : GONE);
  }

  private isOnPath(node: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (this.#path[i] === node) return true;
    return false;
  }

  private bucketOf(eui64: Uint8Array, offset: number): number {
    let hash = 0;
    for (let i = 0; i < 8; i++) hash = (Math.imul(hash, 31) + eui64[offset + i]) | 0;
    return hash & (this.#buckets.length - 1);
  }

  private is(node: number, eui64: Uint8Array): boolean {
    for (let i = 7; i >= 0; i--) if (this.#eui64s[node * 8 + i] !== eui64[i]) return false;
    return true;
  }
}
