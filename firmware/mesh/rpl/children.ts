/** The nodes below a root, by EUI-64, each with the time at which it is forgotten; all room is taken at the start. */
export class Children {
  count = 0;
  readonly #capacity: number;
  /** In ascending order, 8 bytes each. */
  readonly #addresses: Uint8Array;
  readonly #expiry_ms: Float64Array;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#addresses = new Uint8Array(capacity * 8);
    this.#expiry_ms = new Float64Array(capacity);
  }

  has(eui64: Uint8Array): boolean {
    return this.#matches(this.#place(eui64), eui64);
  }

  /** Adds a node, or renews it. False where there is no room. */
  set(eui64: Uint8Array, expiry_ms: number): boolean {
    const place = this.#place(eui64);
    if (!this.#matches(place, eui64)) {
      if (this.count === this.#capacity) return false;
      this.#move(place, place + 1);
      this.count++;
      this.#addresses.set(eui64, place * 8);
    }
    this.#expiry_ms[place] = expiry_ms;
    return true;
  }

  delete(eui64: Uint8Array): void {
    const place = this.#place(eui64);
    if (this.#matches(place, eui64)) this.#remove(place);
  }

  /** Forgets those whose time has come. */
  expire(now_ms: number): void {
    for (let place = this.count - 1; place >= 0; place--) {
      if (this.#expiry_ms[place] <= now_ms) this.#remove(place);
    }
  }

  #remove(place: number): void {
    this.#move(place + 1, place);
    this.count--;
  }

  /** Moves all from `from` on so that they start at `to`. */
  #move(from: number, to: number): void {
    this.#addresses.copyWithin(to * 8, from * 8, this.count * 8);
    this.#expiry_ms.copyWithin(to, from, this.count);
  }

  #matches(place: number, eui64: Uint8Array): boolean {
    return place < this.count && this.#compare(place, eui64) === 0;
  }

  /** Where `eui64` stands or belongs. */
  #place(eui64: Uint8Array): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(middle, eui64) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(place: number, eui64: Uint8Array): number {
    for (let i = 0; i < 8; i++) {
      const difference = this.#addresses[place * 8 + i] - eui64[i];
      if (difference !== 0) return difference;
    }
    return 0;
  }
}
