import type { RetainedRecords } from "firmware/storage/retained";
import { ResetReason, type Reset } from "hal/reset";

/** What is kept through restarts: how many starts there were (4 bytes). */
const LAYOUT = 2;
const PAYLOAD_BYTES = 4;

/** Which start this is, and why. */
export class Boot {
  /** Starts since power came, this one included. */
  readonly count: number;
  /** A {@link ResetReason}. What was kept decides whether power had been off: a part may not know. */
  readonly reason: number;

  constructor(retained: RetainedRecords, reset: Reset) {
    const record = retained.next(LAYOUT, PAYLOAD_BYTES);
    this.count = record.open().u32() + 1;
    this.reason = !record.found ? ResetReason.powerUp : reset.reason || ResetReason.unexpected;
    record.at(0).u32(this.count);
    record.save();
  }
}
