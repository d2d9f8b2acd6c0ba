/** Something that happens once, at a point of simulated time. */
export interface Event {
  /** Absent once it is cancelled. */
  run: (() => void) | undefined;
}

/**
 * Events by time, those of one time in the order in which they came: a binary heap. What is compared stands apart from
 * the events, as thousands of these lie all over the memory.
 */
export class EventQueue {
  readonly #events: Event[] = [];
  /** Of each event in the heap: its time, and how many came before it. */
  #keys = new Float64Array(2 * 1024);
  #order = 0;

  get length(): number {
    return this.#events.length;
  }

  /** When the first event is due; there is one. */
  get first_us(): number {
    return this.#keys[0];
  }

  get first(): Event {
    return this.#events[0];
  }

  push(event: Event, at_us: number): void {
    let child = this.#events.push(event) - 1;
    if (2 * child === this.#keys.length) {
      const keys = new Float64Array(2 * this.#keys.length);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    const keys = this.#keys;
    const events = this.#events;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (keys[2 * parent] <= at_us) break;
      this.#move(parent, child);
      child = parent;
    }
    keys[2 * child] = at_us;
    keys[2 * child + 1] = this.#order++;
    events[child] = event;
  }

  /** Takes the first event out; there is one. */
  pop(): Event {
    const keys = this.#keys;
    const events = this.#events;
    const first = events[0];
    const last = events.pop()!;
    const { length } = events;
    if (length === 0) return first;
    const at_us = keys[2 * length];
    const order = keys[2 * length + 1];
    let parent = 0;
    for (let child = 1; child < length; child = 2 * parent + 1) {
      if (child + 1 < length && this.#isBefore(child + 1, keys[2 * child], keys[2 * child + 1])) child++;
      if (!this.#isBefore(child, at_us, order)) break;
      this.#move(child, parent);
      parent = child;
    }
    keys[2 * parent] = at_us;
    keys[2 * parent + 1] = order;
    events[parent] = last;
    return first;
  }

  #isBefore(place: number, at_us: number, order: number): boolean {
    const keys = this.#keys;
    return keys[2 * place] < at_us || (keys[2 * place] === at_us && keys[2 * place + 1] < order);
  }

  #move(from: number, to: number): void {
    const keys = this.#keys;
    keys[2 * to] = keys[2 * from];
    keys[2 * to + 1] = keys[2 * from + 1];
    this.#events[to] = this.#events[from];
  }
}
