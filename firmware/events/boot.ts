import type { RetainedRecord, RetainedRecords } from "firmware/storage/retained";

/** What is kept through restarts: how many starts there were (4 bytes), and why there will be another (4). */
const LAYOUT = 1;
const PAYLOAD_BYTES = 8;

/** Why the software started; a number keeps its meaning for ever. */
export const ResetReason = Object.freeze({
  /** Power had been off, or what was kept is not good. */
  powerUp: 0,
  /** Nothing had announced it: a watchdog, a crash of the engine, the reset button. */
  unexpected: 1,
  /** An exception that no task had caught. */
  exception: 2,
  /** Somebody asked for it. */
  command: 3,
});

/** Which start this is, and why. */
export class Boot {
  /** Starts since power came, this one included. */
  readonly count: number;
  /** A {@link ResetReason}. */
  readonly reason: number;
  readonly #record: RetainedRecord;

  constructor(retained: RetainedRecords) {
    const record = retained.next(LAYOUT, PAYLOAD_BYTES);
    const reader = record.open();
    this.count = reader.u32() + 1;
    this.reason = record.found ? reader.u32() : ResetReason.powerUp;
    this.#record = record;
    this.announce(ResetReason.unexpected);
  }

  /** The software is about to restart, for this reason. */
  announce(reason: number): void {
    const writer = this.#record.at(0);
    writer.u32(this.count);
    writer.u32(reason);
    this.#record.save();
  }
}
