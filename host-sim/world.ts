/** Something that happens once, at a point of simulated time. */
interface Event {
  at_us: number;
  /** Order of scheduling, so that events of one instant keep it. */
  order: number;
  run: (() => void) | undefined;
}

/** A scheduled event that may still be cancelled. */
export type Handle = Event;

/**
 * Virtual time: a queue of events, run in order of time and then of scheduling. Nothing else tells the time in a
 * simulation, so that one seed gives one run.
 */
export class World {
  /** Microseconds since the start of the run, an integer. */
  now_us = 0;
  /** Events run so far. */
  events = 0;
  readonly #heap: Event[] = [];
  #order = 0;

  /** Runs `run` at `at_us`, or now where that has passed. */
  at(at_us: number, run: () => void): Handle {
    const event: Event = { at_us: Math.max(at_us, this.now_us), order: this.#order++, run };
    const heap = this.#heap;
    let child = heap.length;
    heap.push(event);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(event, heap[parent])) break;
      heap[child] = heap[parent]!;
      child = parent;
    }
    heap[child] = event;
    return event;
  }

  in(delay_us: number, run: () => void): Handle {
    return this.at(this.now_us + delay_us, run);
  }

  cancel(handle: Handle): void {
    handle.run = undefined;
  }

  /** Runs every event up to and including `until_us`, and leaves the time there. */
  runUntil(until_us: number): void {
    const heap = this.#heap;
    while (heap.length > 0 && heap[0].at_us <= until_us) {
      const event = this.#pop();
      if (event.run === undefined) continue;
      this.now_us = event.at_us;
      this.events++;
      event.run();
    }
    this.now_us = Math.max(this.now_us, until_us);
  }

  /** When the next event is due, or undefined when there is none. */
  next_us(): number | undefined {
    const heap = this.#heap;
    while (heap.length > 0 && heap[0].run === undefined) this.#pop();
    return heap[0]?.at_us;
  }

  #pop(): Event {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop()!;
    const length = heap.length;
    if (length > 0) {
      let parent = 0;
      for (;;) {
        let child = 2 * parent + 1;
        if (child >= length) break;
        if (child + 1 < length && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], last)) break;
        heap[parent] = heap[child]!;
        parent = child;
      }
      heap[parent] = last;
    }
    return first;
  }
}

function before(a: Event, b: Event): boolean {
  return a.at_us < b.at_us || (a.at_us === b.at_us && a.order < b.order);
}
