import { MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";
import { utcText } from "firmware/console/utc-text";
import { EventCode, type EventLog, EventRecord } from "firmware/events/log";

const OUTAGES = 5;
/** Events looked at in a step, so that a long log never holds up metering. */
const EVENTS_A_STEP = 32;

/** `outage list`: the last outages, the newest first: when each began and ended, and its length. */
export class OutageCommand implements Command {
  readonly #log: EventLog;
  readonly #event = new EventRecord();
  #first = 0;
  #next = 0;
  #left = 0;

  constructor(log: EventLog) {
    this.#log = log;
  }

  get words(): string {
    return "outage list";
  }

  get usage(): string {
    return "";
  }

  get help(): string {
    return "the last five outages: failure, restoration, length in s";
  }

  start(args: readonly string[]): number {
    this.#first = this.#log.first;
    this.#next = this.#log.next - 1;
    this.#left = OUTAGES;
    return args.length === 0 ? MORE : Result.badArgument;
  }

  step(output: Output): number {
    const event = this.#event;
    for (let i = 0; i < EVENTS_A_STEP && this.#next >= this.#first; i++) {
      if (!this.#log.read(this.#next--, event) || event.code !== EventCode.outage) continue;
      const restored_s = Math.floor(event.utc_ms / 1000);
      const length_s = event.argument;
      const failed = length_s < 0 || restored_s === 0 ? "unknown".padEnd(20) : utcText(restored_s - length_s);
      const restored = restored_s === 0 ? "unknown".padEnd(20) : utcText(restored_s);
      output.line(`${failed} ${restored} ${length_s < 0 ? "unknown" : length_s}`);
      if (--this.#left === 0) return Result.ok;
    }
    return this.#next >= this.#first ? MORE : this.#left === OUTAGES ? Result.noData : Result.ok;
  }
}
