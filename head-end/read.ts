import type { MeterRecord } from "./store";

/** One read of one meter: everything since the last one. */
export class Read {
  attempts = 0;
  /** For intervals, in the last attempt. */
  requests = 0;
  /** UTC of the first byte of the request that began the last attempt. */
  started_ms = 0;
  /** UTC of the complete answer; undefined while there is none. */
  done_ms: number | undefined;

  /** @param due_ms UTC at which it fell due */
  constructor(
    readonly meter: MeterRecord,
    readonly due_ms: number,
  ) {}
}
