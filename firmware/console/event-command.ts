import { integerArgument, MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";
import { utcText } from "firmware/console/utc-text";
import { eventName } from "firmware/events/codes";
import { type EventLog, EventRecord } from "firmware/events/log";

const DEFAULT_COUNT = 8;
const MAX_COUNT = 100_000;

/** `ev list`: the newest events, a line each. */
export class EventCommand implements Command {
  readonly words = "ev list";
  readonly usage = "[count]";
  readonly help = "the newest events: number, time, what happened, argument";
  readonly #log: EventLog;
  readonly #event = new EventRecord();
  #next = 0;
  #end = 0;

  constructor(log: EventLog) {
    this.#log = log;
  }

  start(args: readonly string[]): number {
    if (args.length > 1) return Result.badArgument;
    const count = args.length === 0 ? DEFAULT_COUNT : integerArgument(args[0], 1, MAX_COUNT);
    // NaN, which no comparison holds for.
    if (!(count > 0)) return Result.badArgument;
    this.#end = this.#log.next;
    this.#next = Math.max(this.#log.first, this.#end - count);
    return this.#next < this.#end ? MORE : Result.noData;
  }

  step(output: Output): number {
    const sequence = this.#next++;
    const event = this.#event;
    const number = `${sequence}`.padStart(6);
    if (this.#log.read(sequence, event))
      output.line(`${number} ${eventTime(event)} ${eventName(event.code).padEnd(22)} ${event.argument}`);
    else output.line(`${number} unreadable`);
    return this.#next < this.#end ? MORE : Result.ok;
  }
}

/** UTC, or where that was not known the uptime in s: `2026-01-05T00:15:00Z`, `+17`. */
function eventTime(event: EventRecord): string {
  const text =
    event.utc_ms > 0 ? utcText(Math.floor(event.utc_ms / 1000)) : `+${Math.floor(event.time_ms / 1000)}`;
  return text.padEnd(20);
}
