import { ListCommand } from "firmware/console/list-command";
import { utcText } from "firmware/console/utc-text";
import { eventName } from "firmware/events/codes";
import { type EventLog, EventRecord } from "firmware/events/log";

/** `ev list`: the newest events, a line each. */
export class EventCommand extends ListCommand {
  readonly #log: EventLog;

  constructor(log: EventLog) {
    super(log);
    this.#log = log;
  }

  get words(): string {
    return "ev list";
  }

  get help(): string {
    return "the newest events: number, time, what happened, argument";
  }

  protected describe(sequence: number): string | undefined {
    const event = new EventRecord();
    if (!this.#log.read(sequence, event)) return undefined;
    return `${eventTime(event)} ${eventName(event.code).padEnd(22)} ${event.argument}`;
  }
}

/** UTC, or where that was not known the uptime in s: `2026-01-05T00:15:00Z`, `+17`. */
function eventTime(event: EventRecord): string {
  const text =
    event.utc_ms > 0 ? utcText(Math.floor(event.utc_ms / 1000)) : `+${Math.floor(event.time_ms / 1000)}`;
  return text.padEnd(20);
}
