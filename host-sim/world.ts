import { type Event, EventQueue } from "./event-queue";

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
  readonly #queue = new EventQueue();

  /** Runs `run` at `at_us`, or now where that has passed. */
  at(at_us: number, run: () => void): Handle {
    const event: Event = { run };
    this.#queue.push(event, Math.max(at_us, this.now_us));
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
    const queue = this.#queue;
    while (queue.length > 0 && queue.first_us <= until_us) {
      const at_us = queue.first_us;
      const { run } = queue.pop();
      if (run === undefined) continue;
      this.now_us = at_us;
      this.events++;
      run();
    }
    this.now_us = Math.max(this.now_us, until_us);
  }

  /** When the next event is due, or undefined when there is none. */
  next_us(): number | undefined {
    const queue = this.#queue;
    while (queue.length > 0 && queue.first.run === undefined) queue.pop();
    return queue.length > 0 ? queue.first_us : undefined;
  }
}
